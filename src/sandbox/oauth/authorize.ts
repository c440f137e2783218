import { randomBytes } from 'node:crypto';
import { parseUrl } from '../../http/web-address.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import { errorPage } from '../message/page.ts';
import { redirect } from '../message/reply.ts';
import { type Incoming, type Params, readParams, withoutEmpty } from '../message/request.ts';
import type { World } from '../world/world.ts';
import type { Client } from './clients.ts';
import { type ConsentQuestion, consentPage, isFixed, obstaclePage, offeredPeople } from './consent-page.ts';
import type { Consent, Grants } from './grants.ts';
import { obstacleTo, signers } from './obstacle.ts';
import { printable, readScopes, type Scope, undeclaredScope } from './scopes.ts';

const transactionTtlMs = 10 * 60_000;
/** Unanswered consent pages that are kept; the oldest is dropped first. */
const maxTransactions = 1_000;

/** Longest `state`; a longer one is refused, not cut. */
const maxStateLength = 2_048;

interface Transaction extends ConsentQuestion {
  readonly state: string | null;
  readonly challenge: string;
  readonly expiresAt: number;
}

type Asked = Omit<Transaction, 'transaction' | 'expiresAt'>;

interface AuthorizationParts {
  readonly clients: readonly Client[];
  readonly world: World;
  readonly grants: Grants;
  readonly clock: Clock;
  readonly hasAutoConsent: boolean;
  /** Called for every consent, before its code is sent. */
  readonly onConsent: (consent: Consent) => void;
}

/** The authorization endpoint: checks the request, shows the consent page (unless auto-consent is on), redirects back. */
export class Authorization {
  readonly #parts: AuthorizationParts;
  readonly #transactions = new Map<string, Transaction>();

  constructor(parts: AuthorizationParts) {
    this.#parts = parts;
  }

  /**
   * Answers `GET /oauth/authorize`.
   *
   * @param error  redirects a valid request back with this error; null shows the page as usual
   */
  start(incoming: Incoming, error: string | null): HttpResponse {
    const query = withoutEmpty(incoming.query);
    const target = this.#redirectTarget(query, incoming.requestId);
    if ('status' in target) return target;
    const asked = this.#read(query, target.client, target.redirectUri);
    const back = (params: Record<string, string>) => sendBack(302, target.redirectUri, params, query.get('state'));
    if ('error' in asked) return back({ error: asked.error, error_description: asked.problem });
    if (error === 'access_denied') return back(declined);
    if (error !== null) return back({ error, error_description: 'injected by the sandbox' });
    const obstacle = obstacleTo(this.#parts.world, asked.client, asked.event, asked.kind);
    if (obstacle !== null) {
      const refused = { error: 'access_denied', error_description: printable(obstacle.problem, 200) };
      if (this.#parts.hasAutoConsent) return back(refused);
      return obstaclePage(obstacle, locationOf(target.redirectUri, refused, query.get('state')), incoming.requestId);
    }
    const [first = 0] = signers(asked.event, 1);
    if (this.#parts.hasAutoConsent) return back({ code: this.#code(asked, asked.scopes, first) });
    return consentPage(this.#open(asked));
  }

  /** Answers `POST /oauth/consent`: the form of the page, once. */
  decide(incoming: Incoming): HttpResponse {
    const form = readParams(Buffer.from(incoming.body).toString('utf8'));
    const id = form.get('transaction') ?? '';
    const found = this.#transactions.get(id);
    if (isForeign(incoming) || form.repeated(['scope']).length > 0) {
      return errorPage(
        400,
        'Not sent by the consent page',
        'The form did not come from the consent page.',
        startAgain,
        incoming.requestId,
      );
    }
    if (!found || found.expiresAt <= this.#parts.clock.now()) {
      this.#transactions.delete(id);
      const problem = 'It has been answered already, or is more than ten minutes old.';
      return errorPage(400, 'This page is no longer valid', problem, startAgain, incoming.requestId);
    }
    const decision = form.get('decision');
    if (decision !== 'allow' && decision !== 'deny') return consentPage(found, 'Choose Allow or Deny.');
    const ticked = form.all('scope');
    const granted = found.scopes.filter((scope) => isFixed(scope, found.scopes) || ticked.includes(scope.name));
    if (decision === 'allow' && granted.length === 0) {
      return consentPage(found, 'Leave at least one permission ticked, or deny the request.');
    }
    const person = Number(form.get('person') ?? '0');
    if (found.kind === 'user' && !signers(found.event, offeredPeople).includes(person)) {
      return consentPage(found, 'Choose who signs in.');
    }
    this.#transactions.delete(id);
    // The obstacle may have appeared after the page was shown.
    const obstacle = obstacleTo(this.#parts.world, found.client, found.event, found.kind);
    if (decision === 'allow' && obstacle !== null) {
      const refused = { error: 'access_denied', error_description: printable(obstacle.problem, 200) };
      return obstaclePage(obstacle, locationOf(found.redirectUri, refused, found.state), incoming.requestId);
    }
    const params = decision === 'deny' ? declined : { code: this.#code(found, granted, person) };
    // 303, so that the browser does not send the form on (RFC 9700 section 4.12).
    return sendBack(303, found.redirectUri, params, found.state);
  }

  /** Drops every open page. */
  reset(): void {
    this.#transactions.clear();
  }

  /** Where the answer may be sent; an error page if that is uncertain, because a redirect could help an attacker. */
  #redirectTarget(query: Params, requestId: string): { client: Client; redirectUri: string } | HttpResponse {
    const clientId = query.get('client_id');
    const redirectUri = query.get('redirect_uri');
    const refuse = (title: string, problem: string, remedy: string) =>
      errorPage(400, title, problem, remedy, requestId);
    const repeated = query.repeated().find((name) => name === 'client_id' || name === 'redirect_uri');
    if (repeated !== undefined) {
      return refuse(
        'Parameter sent twice',
        `${repeated} is in the request more than once.`,
        'Send each parameter once.',
      );
    }
    const client = this.#parts.clients.find(({ id }) => id === clientId);
    if (client === undefined) {
      const problem = clientId
        ? `No integration with the client_id “${cut(clientId)}” is registered here.`
        : 'The request has no client_id.';
      return refuse('Unknown integration', problem, 'Use the client_id that `revento sandbox start` printed.');
    }
    if (redirectUri === null || !client.redirectUris.includes(redirectUri)) {
      const problem = redirectUri
        ? `“${cut(redirectUri)}” is not a registered redirect URI of this integration.`
        : 'The request has no redirect_uri.';
      const remedy = [
        'It must equal one of these exactly:',
        ...client.redirectUris.map((uri) => `\`${uri}\``),
        '`revento sandbox start --redirect-uri URI` registers another.',
      ].join('\n');
      return refuse('Redirect URI not registered', problem, remedy);
    }
    return { client, redirectUri };
  }

  /** The checked request; Source: RFC 6749 section 4.1.2.1, RFC 7636 section 4.4.1. */
  #read(query: Params, client: Client, redirectUri: string): Asked | { error: string; problem: string } {
    const invalid = (problem: string, error = 'invalid_request') => ({ error, problem });
    const [repeated] = query.repeated();
    if (repeated !== undefined) return invalid('a parameter is sent more than once');
    const responseType = query.get('response_type');
    if (responseType === null) return invalid('response_type is missing');
    if (responseType !== 'code') return invalid('response_type must be code', 'unsupported_response_type');
    const challenge = query.get('code_challenge');
    if (challenge === null) return invalid('code_challenge is missing; PKCE is required');
    if (query.get('code_challenge_method') !== 'S256') return invalid('code_challenge_method must be S256');
    if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) {
      return invalid('code_challenge must be 43 characters of base64url without padding');
    }
    const state = query.get('state');
    if (state !== null && state.length > maxStateLength) return invalid('state is too long');
    const scope = readScopes(query.get('scope') ?? '');
    if ('problem' in scope) return invalid(scope.problem, 'invalid_scope');
    const undeclared = undeclaredScope(scope.scopes, client);
    if (undeclared !== null) return invalid(undeclared, 'invalid_scope');
    const eventId = query.get('event_id');
    if (!eventId) return invalid('event_id is missing');
    const event = this.#parts.world.event(eventId);
    if (event === null) {
      return invalid(
        `unknown event_id; this sandbox has ${this.#parts.world.events.map(({ id }) => id).join(' and ')}`,
      );
    }
    return { client, redirectUri, event, kind: scope.kind, scopes: scope.scopes, state, challenge };
  }

  #open(asked: Asked): Transaction {
    const { clock } = this.#parts;
    const [oldest] = this.#transactions.keys();
    if (oldest !== undefined && this.#transactions.size >= maxTransactions) this.#transactions.delete(oldest);
    const transaction = randomBytes(32).toString('base64url');
    const opened = { ...asked, transaction, expiresAt: clock.now() + transactionTtlMs };
    this.#transactions.set(transaction, opened);
    return opened;
  }

  #code(asked: Asked, granted: readonly Scope[], person: number): string {
    const { client, event, kind, redirectUri, challenge } = asked;
    const user = kind === 'user' ? { id: event.participant(person).user_id, index: person } : null;
    const consent: Consent = {
      kind,
      clientId: client.id,
      eventId: event.id,
      organizationId: event.organization.id,
      user,
      scope: granted.map(({ name }) => name),
    };
    this.#parts.onConsent(consent);
    return this.#parts.grants.issueCode(consent, { redirectUri, challenge });
  }
}

const declined = { error: 'access_denied', error_description: 'the request was declined' };
const startAgain = 'Go back to the integration and start again.';

/** Appends to the registered string itself: parsing and printing it could change a byte. */
function sendBack(
  status: 302 | 303,
  redirectUri: string,
  params: Readonly<Record<string, string>>,
  state: string | null,
): HttpResponse {
  return redirect(status, locationOf(redirectUri, params, state));
}

function locationOf(redirectUri: string, params: Readonly<Record<string, string>>, state: string | null): string {
  const search = new URLSearchParams(params);
  if (state !== null) search.set('state', state);
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${search}`;
}

/** Whether a page of another site sent the form: its server could have fetched the transaction id. */
function isForeign(incoming: Incoming): boolean {
  const site = incoming.header('sec-fetch-site');
  if (site !== null) return site !== 'same-origin';
  const origin = incoming.header('origin');
  const host = incoming.header('host');
  if (origin === null || origin === 'null' || host === null) return false;
  return parseUrl(origin)?.host !== host.toLowerCase();
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

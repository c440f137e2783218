import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { plainLine } from '../../text/plain-line.ts';
import type { Redactor, Secret } from '../../text/secret.ts';
import { authEndpoint } from '../token/endpoint.ts';
import { challengeMethod, challengeOf, createVerifier } from './pkce.ts';

/** The request for consent. */
export interface AuthorizationRequest {
  readonly authBase: string;
  /** What `iss` may be: the auth base in its used form, and as it was written, which may end in a slash. */
  readonly issuers: readonly string[];
  readonly clientId: string;
  /** Byte for byte as registered. */
  readonly redirectUri: string;
  readonly scope: readonly string[];
  readonly eventId: string;
}

declare const checked: unique symbol;

/**
 * An authorization code whose `state` was compared, with all that its exchange needs. Only `PendingAuthorization`
 * makes one, and only once, so a code can neither be exchanged unchecked nor twice.
 */
export interface CheckedRedirect {
  readonly [checked]: true;
  readonly code: Secret;
  readonly verifier: Secret;
  readonly redirectUri: string;
}

/** Why a redirect was not accepted as the answer. The login continues: any web page can send one to localhost. */
export type Rejection = 'repeated_parameter' | 'missing_state' | 'error_without_state' | 'wrong_state' | 'no_code';

/** The meaning of a redirect. */
export type RedirectJudgment =
  | { readonly kind: 'code'; readonly redirect: CheckedRedirect }
  | {
      readonly kind: 'error';
      /** RFC 6749 code, cleaned; `access_denied` when consent was declined. */
      readonly error: string;
      /** The server's words: one line, cleaned and cut; not yet HTML. */
      readonly description: string;
    }
  /** For this login, but from another server than the one that was asked: it must not be used. */
  | { readonly kind: 'foreign'; readonly issuer: string }
  | { readonly kind: 'rejected'; readonly reason: Rejection }
  /** An answer was already taken, or the login has ended. */
  | { readonly kind: 'over' };

const maxDescriptionChars = 600;
const maxErrorChars = 64;

/**
 * One login in progress: the URL to open, and the check of the redirect. State and verifier live in here only,
 * are new each time, and are gone after the first answer or `drop()`.
 */
export class PendingAuthorization {
  /** Where to send the browser. Holds the state and the challenge, and no secret. */
  readonly url: string;
  readonly #redirectUri: string;
  readonly #issuers: readonly string[];
  readonly #redactor: Redactor;
  #open: { readonly state: string; readonly verifier: Secret } | null;

  /** @throws ReventoError `usage` when the auth base is not https */
  constructor(request: AuthorizationRequest, redactor: Redactor) {
    const state = randomBytes(32).toString('base64url');
    const verifier = redactor.add(createVerifier());
    this.url = authorizationUrl(request, state, challengeOf(verifier.reveal()));
    this.#redirectUri = request.redirectUri;
    this.#issuers = request.issuers;
    this.#redactor = redactor;
    this.#open = { state, verifier };
  }

  /**
   * Judges the query of a redirect, received or pasted. A `code` or `error` ends the login: later ones are `over`.
   *
   * @param query form-encoded, without the question mark
   *
   * Source: RFC 6749 sections 4.1.2 and 10.12, RFC 9207 section 2.4, RFC 9700 section 4.7.
   */
  judge(query: string): RedirectJudgment {
    if (this.#open === null) return { kind: 'over' };
    const { state, verifier } = this.#open;
    const parameters = new URLSearchParams(query);
    if (['code', 'state', 'error', 'iss'].some((name) => parameters.getAll(name).length > 1)) {
      return { kind: 'rejected', reason: 'repeated_parameter' };
    }
    const code = parameters.get('code');
    const error = parameters.get('error');
    const given = parameters.get('state');
    if (given === null || given === '') {
      // Not the server's: it has to send back the state that it was sent (RFC 6749 section 4.1.2.1).
      return { kind: 'rejected', reason: error === null ? 'missing_state' : 'error_without_state' };
    }
    if (!isSame(given, state)) return { kind: 'rejected', reason: 'wrong_state' };

    const issuer = parameters.get('iss');
    if (issuer !== null && !this.#issuers.includes(issuer)) {
      this.drop();
      return { kind: 'foreign', issuer: plainLine(issuer, 200) };
    }
    if (error !== null) {
      this.drop();
      const words = this.#redactor.clean(parameters.get('error_description') ?? '');
      return {
        kind: 'error',
        error: plainLine(error, maxErrorChars) || 'unknown',
        description: plainLine(words, maxDescriptionChars),
      };
    }
    // RFC 6749 appendix A.11: visible ASCII and space.
    if (code === null || !/^[\x20-\x7e]+$/.test(code)) return { kind: 'rejected', reason: 'no_code' };
    this.drop();
    const redirect = { code: this.#redactor.add(code), verifier, redirectUri: this.#redirectUri };
    return { kind: 'code', redirect: redirect as CheckedRedirect };
  }

  /** Drops state and verifier: on timeout, on Ctrl-C, and after the first answer. Idempotent. */
  drop(): void {
    this.#open = null;
  }
}

function authorizationUrl(request: AuthorizationRequest, state: string, challenge: string): string {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scope.join(' '),
    event_id: request.eventId,
    state,
    code_challenge: challenge,
    code_challenge_method: challengeMethod,
  });
  // `%20` is read as a space by every server, `+` only by those that decode a query as a form.
  return `${authEndpoint(request.authBase, '/oauth/authorize')}?${parameters.toString().replaceAll('+', '%20')}`;
}

/** Compares digests, whose lengths are equal, so that the time reveals nothing about the state. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(given), digest(expected));
}

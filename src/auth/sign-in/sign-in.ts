import { randomUUID } from 'node:crypto';
import { ReventoError } from '../../errors/revento-error.ts';
import { isHttpFailure, networkError } from '../../http/failure.ts';
import type { Grant } from '../../login/login.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Exchange, HttpResponse, Serve } from '../../ports/exchange.ts';
import type { Redactor, Secret } from '../../text/secret.ts';
import { declinedPage, failedPage, foreignPage, refusedPage, signedInPage } from '../pages/result.ts';
import { judgeTokenAnswer } from '../token/answer.ts';
import { requestCodeExchange } from '../token/request.ts';
import { PendingAuthorization } from './authorize.ts';
import { foreignFailure } from './foreign.ts';
import { type AskedConsent, exchangeFailure, grantOf, redirectFailure } from './grant.ts';
import { type Answer, listenForRedirect } from './loopback.ts';
import { judgePasted } from './pasted.ts';
import type { RedirectTarget } from './redirect-uri.ts';

/** A login to carry out. */
export interface SignInPlan extends AskedConsent {
  readonly authBase: string;
  /** As in `AuthorizationRequest`. */
  readonly issuers: readonly string[];
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: Secret | null;
  readonly target: RedirectTarget;
  /** How to set the auth base to the server's spelling. */
  readonly respell: (issuer: string) => string;
  /** Time limit for the user, milliseconds from when the listener is ready. */
  readonly timeoutMs: number;
}

/** What a login needs from its caller. */
export interface SignInWorld {
  readonly exchange: Exchange;
  readonly serve: Serve;
  readonly clock: Clock;
  /** Aborted on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly redactor: Redactor;
  /** Stores the login; the browser gets the page of success after it resolves. */
  save(grant: Grant): Promise<unknown>;
  /**
   * Shows the URL, and opens it. Called once the listener is bound; `over` aborts when an answer
   * is in. Rejects when nobody can answer, and never resolves.
   */
  announce(url: string, over: AbortSignal): Promise<never>;
  /** Asks the user for the URL that the browser was redirected to; null where nobody can be asked. */
  readonly askRedirect: ((over: AbortSignal) => Promise<string>) | null;
  notice(text: string): void;
}

/** An answer, and how to respond to the browser that brought it. */
interface Received {
  readonly answer: Answer;
  respond(page: HttpResponse): void;
}

/**
 * Carries out one login: listens, sends the user to the consent page, takes the first answer from the browser or
 * the keyboard, exchanges its code once, stores the tokens, and only then answers the browser.
 *
 * One request to the token endpoint at most. The listener is closed when this settles, however it does.
 *
 * @returns the login as it was stored
 * @throws ReventoError `port_busy`, `bind_failed`, `login_declined`, `login_failed`, `login_timeout`, `interrupted`,
 *   `invalid_client`, `invalid_scope`, `rate_limited`, `server_error`, `bad_answer`, those of `networkError` and those
 *   of `save`
 */
export async function signIn(plan: SignInPlan, world: SignInWorld): Promise<Grant> {
  const pending = new PendingAuthorization({ ...plan, redirectUri: plan.target.uri }, world.redactor);
  const over = new AbortController();
  let receive: (received: Received) => void = () => undefined;
  const first = new Promise<Received>((resolve) => {
    receive = resolve;
  });
  const listening = await listenForRedirect(world.serve, plan.target, pending, {
    onAnswer: (answer) => new Promise((respond) => receive({ answer, respond })),
    onStray: (what) => world.notice(`note: ${what}; still waiting`),
  });
  try {
    const received = await Promise.race([
      first,
      world.announce(pending.url, over.signal),
      readPasted(plan, world, pending, over.signal, receive),
      timeUp(plan, world, over.signal),
      interrupted(world.signal, over.signal),
    ]);
    over.abort();
    return await complete(received, plan, world);
  } finally {
    over.abort();
    pending.drop();
    await listening.close();
  }
}

/** Turns the answer into a stored login and shows the result in the browser. */
async function complete({ answer, respond }: Received, plan: SignInPlan, world: SignInWorld): Promise<Grant> {
  switch (answer.kind) {
    case 'error': {
      const { error, description } = answer;
      const isDeclined = error === 'access_denied';
      respond(isDeclined ? declinedPage(plan.eventId, description) : refusedPage(error, description));
      throw redirectFailure(error, description);
    }
    case 'foreign':
      respond(foreignPage(answer.issuer));
      throw foreignFailure(answer.issuer, plan);
    case 'code':
      try {
        const grant = await exchangeCode(answer, plan, world);
        await world.save(grant);
        const withheld = plan.scope.filter((scope) => !grant.scope.includes(scope));
        respond(signedInPage({ ...grant, withheld }));
        return grant;
      } catch (error) {
        const reason = error instanceof ReventoError ? error.message : 'an unexpected failure';
        respond(failedPage(world.redactor.clean(reason)));
        throw error;
      }
  }
}

async function exchangeCode(
  { redirect }: Extract<Answer, { kind: 'code' }>,
  plan: SignInPlan,
  { exchange, clock, signal, redactor }: SignInWorld,
): Promise<Grant> {
  const requestId = randomUUID();
  const startedAtMs = clock.now();
  let response: HttpResponse;
  try {
    response = await requestCodeExchange(exchange, { ...plan, redirect, requestId, signal });
  } catch (error) {
    throw isHttpFailure(error) ? networkError(error, 'Token request', { requestId }) : error;
  }
  const answer = judgeTokenAnswer(response, { startedAtMs, redactor });
  if (!answer.ok) throw exchangeFailure(answer, requestId);
  return grantOf(answer, plan);
}

/** Passes an answer from the keyboard to `receive`, as the listener does with a browser's; never resolves. */
async function readPasted(
  plan: SignInPlan,
  world: SignInWorld,
  pending: PendingAuthorization,
  over: AbortSignal,
  receive: (received: Received) => void,
): Promise<never> {
  const { askRedirect } = world;
  while (askRedirect !== null && !over.aborted) {
    const line = await askRedirect(over).catch(() => null);
    if (over.aborted) break;
    if (line === null) {
      world.notice('No more input; still waiting for the browser.');
      break;
    }
    const judgment = judgePasted(line, plan.target, pending);
    if (judgment === null) continue;
    if (typeof judgment !== 'string') {
      receive({ answer: judgment, respond: () => undefined });
      break;
    }
    world.notice(judgment);
  }
  return new Promise<never>(() => undefined);
}

async function timeUp({ timeoutMs }: SignInPlan, { clock }: SignInWorld, over: AbortSignal): Promise<never> {
  try {
    await clock.sleep(timeoutMs, over);
  } catch {
    return new Promise<never>(() => undefined);
  }
  throw new ReventoError('login_timeout', 'Timed out waiting for consent.');
}

function interrupted(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(new ReventoError('interrupted', 'The login was interrupted; nothing was stored.'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true, signal: over });
  });
}

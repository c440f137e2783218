import { randomUUID } from 'node:crypto';
import { type Facts, ReventoError } from '../../errors/revento-error.ts';
import { isHttpFailure, networkError } from '../../http/failure.ts';
import { isSuccess } from '../../http/status.ts';
import type { LoginKey } from '../../login/login.ts';
import type { Clock } from '../../ports/clock.ts';
import { crashPoint } from '../../ports/crash-point.ts';
import type { Exchange, HttpResponse } from '../../ports/exchange.ts';
import type { Commit, HeldLock, SealedFile, SealedRecord } from '../../ports/store.ts';
import { fingerprint, type Redactor, type Secret } from '../../text/secret.ts';
import { judgeTokenAnswer, type TokenAnswer } from '../token/answer.ts';
import { requestRefresh } from '../token/request.ts';
import { type ActiveLogin, ended, endings, type StoredLogin, toContent, toStoredLogin } from './login-record.ts';

/** What spending a refresh token needs besides the login. */
interface Spender {
  readonly exchange: Exchange;
  readonly clientSecret: Secret | null;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly notice: (text: string) => void;
  /** The command that logs in again. */
  readonly loginCommand: string;
  /** What to do when the token may be spent, where repeating the command would send nothing; else undefined. */
  readonly ambiguousHint: string | undefined;
}

/** `superseded`: the login was ended or replaced, or the lock lost, meanwhile; read it again. */
type Spent = ActiveLogin | 'superseded';

/**
 * Spends the refresh token of a login: one request, whose answer is on the disk before this returns.
 *
 * Needs the lock, `file.reserve()` done, and no signal let through until it returns. Before the request an intent
 * is stored; if the process dies or no answer comes, the next one knows that the token may be spent.
 *
 * @throws ReventoError `network`, `tls`, `host_placeholder`, `server_error`, `rate_limited`, `invalid_client`,
 *   `invalid_scope`, `api_error`, `bad_answer` (the tokens are kept), `refresh_ambiguous` (kept, perhaps spent),
 *   `reauth_required` (the login has ended, and is stored so)
 *
 * Source: RFC 6749 section 6; RFC 9700 section 4.14.2.
 */
export async function spendRefreshToken(
  file: SealedFile,
  lock: HeldLock,
  record: SealedRecord,
  login: ActiveLogin & { readonly refreshToken: Secret },
  spender: Spender,
): Promise<Spent> {
  const { exchange, clientSecret, clock, redactor } = spender;
  const { binding } = record;
  const requestId = randomUUID();
  const sent = fingerprint(login.refreshToken.reveal());
  if (!lock.isHeld()) return 'superseded';

  const pending = { refreshToken: sent, at: clock.now(), requestId };
  const intent = file.rewrite(record, toContent({ ...login, pending, failed: null }));
  crashPoint('intent-written');
  if (!lock.isHeld()) return 'superseded';

  const outcome: Outcome = { file, login, intent, requestId, spender };
  crashPoint('before-send');
  const startedAtMs = clock.now();
  let response: HttpResponse;
  try {
    response = await requestRefresh(exchange, {
      ...binding,
      clientSecret,
      refreshToken: login.refreshToken,
      requestId,
    });
  } catch (error) {
    throw withoutAnswer(outcome, error);
  }
  crashPoint('answered');
  // From here to the end everything is synchronous: nothing can run between the answer and the disk.
  const answer = judgeTokenAnswer(response, { startedAtMs, redactor, isRefresh: true });
  if (!isStillOurs(outcome)) return 'superseded';
  if (!answer.ok) throw refused(outcome, answer);
  const ofAnother = (owner: 'event' | 'user'): Facts => {
    return { requestId, maskedMessage: `The token endpoint answered with a token of another ${owner}.` };
  };
  if (answer.eventId !== null && answer.eventId !== login.eventId) {
    const message = `The token endpoint answered with a token for event ${answer.eventId}, not ${login.eventId}.`;
    throw keepPending(outcome, new ReventoError('bad_answer', message, { ...ofAnother('event'), ...whose(login) }));
  }
  if (answer.userId !== null && login.userId !== null && answer.userId !== login.userId) {
    const message = `The token endpoint answered with a token of user ${answer.userId}, not ${login.userId}.`;
    throw keepPending(outcome, new ReventoError('bad_answer', message, { ...ofAnother('user'), ...whose(login) }));
  }
  const renewed: ActiveLogin = {
    ...login,
    accessToken: answer.accessToken,
    // An answer without a refresh token means that the old one stays valid.
    refreshToken: answer.refreshToken ?? login.refreshToken,
    accessExpiresAt: answer.accessExpiresAt,
    refreshExpiresAt: answer.refreshExpiresAt ?? (answer.refreshToken === null ? login.refreshExpiresAt : null),
    scope: answer.scope ?? login.scope,
    organizationId: answer.organizationId ?? login.organizationId,
    userId: answer.userId ?? login.userId,
    issuedAt: startedAtMs,
    pending: null,
    failed: null,
  };
  const isSaved = store(outcome, renewed) === 'saved';
  // Only now: after a crash before this, a server with a grace period may still take the old token.
  if (isSaved) noteSpent(outcome, answer.refreshToken);
  return renewed;
}

/** What storing the outcome needs. */
interface Outcome {
  readonly file: SealedFile;
  readonly login: ActiveLogin;
  /** The record whose intent is ours. */
  readonly intent: SealedRecord;
  readonly requestId: string;
  readonly spender: Spender;
}

/**
 * Whether the file still holds our intent. A logout or login that did not wait for the lock wins: to
 * store an answer over it would restore a login that the user ended.
 */
function isStillOurs({ file, login, intent, requestId, spender }: Outcome): boolean {
  const now = file.peek();
  if (now === null || now.generation !== intent.generation) return false;
  const stored = toStoredLogin(now, login, spender.redactor);
  return stored.state === 'active' && stored.pending?.requestId === requestId;
}

function withoutAnswer(outcome: Outcome, error: unknown): unknown {
  const { requestId, login } = outcome;
  const facts = { requestId, ...whose(login) };
  if (error instanceof ReventoError && error.code === 'bad_answer') return unusable(outcome, error.message, facts);
  // Refused before anything was sent: a base that is not https.
  if (error instanceof ReventoError) return withdraw(outcome, error);
  if (!isHttpFailure(error)) return keepPending(outcome, error);
  if (error.isUnsent) return withdraw(outcome, networkError(error, 'Token refresh', facts));
  const message = `The token refresh was sent, but no complete answer came: ${error.message}.`;
  return ambiguous(outcome, message, facts, { cause: error });
}

/** An answer that says nothing about the refresh token: the server may have rotated it. */
function unusable(outcome: Outcome, why: string, facts: Facts): unknown {
  const message = 'The token refresh was sent, but its answer cannot be used';
  return ambiguous(outcome, `${message}: ${why}`, { ...facts, maskedMessage: `${message}.` });
}

/** The failure when the refresh token may be spent. */
function ambiguous(outcome: Outcome, message: string, facts: Facts, options?: ErrorOptions): unknown {
  const { ambiguousHint: hint } = outcome.spender;
  return keepPending(outcome, new ReventoError('refresh_ambiguous', message, { ...facts, hint }, options));
}

function refused(outcome: Outcome, answer: TokenAnswer & { readonly ok: false }): unknown {
  const { login, requestId } = outcome;
  const { status, error, description } = answer;
  const said = [error === 'bad_answer' ? '' : error, description].filter((part) => part !== '').join(': ');
  const facts: Facts = {
    status,
    requestId,
    ...whose(login),
    ...(error !== '' && error !== 'bad_answer' && { apiCode: error }),
    ...(answer.retryAfterSeconds !== null && { retryAfterSeconds: answer.retryAfterSeconds }),
    maskedMessage: `Token refresh failed: HTTP ${status}.`,
  };
  const refresh = `Token refresh failed: ${said || `HTTP ${status} and no reason`}.`;
  if (error === 'invalid_grant') return endLogin(outcome, { ...facts, maskedMessage: undefined });
  // A success without tokens: the server may have rotated.
  if (isSuccess(status)) {
    return unusable(outcome, `${said || `HTTP ${status}`}.`, facts);
  }
  // A gateway that timed out does not know what the server behind it did.
  if (status === 502 || status === 504) return keepPending(outcome, new ReventoError('server_error', refresh, facts));
  if (status >= 500) return withdraw(outcome, new ReventoError('server_error', refresh, facts));
  if (status === 429) return withdraw(outcome, new ReventoError('rate_limited', refresh, facts));
  // Not an answer of a token endpoint: a proxy, a redirect, another server.
  const unnamed = error === '' ? 'bad_answer' : 'api_error';
  const code = error === 'invalid_client' || error === 'invalid_scope' ? error : unnamed;
  return withdraw(outcome, new ReventoError(code, refresh, facts));
}

function endLogin(outcome: Outcome, facts: Facts): ReventoError {
  const { login } = outcome;
  const wasInterrupted =
    login.pending !== null && login.pending.refreshToken === fingerprint(login.refreshToken?.reveal() ?? '');
  const reason = wasInterrupted ? endings.interrupted : endings.refused;
  store(outcome, ended(login, reason));
  return reauthRequired(ended(login, reason), facts);
}

/** The failure for a login that has ended. Only a new consent helps, and no more requests are sent. */
export function reauthRequired(login: StoredLogin & { readonly state: 'reauth' }, facts: Facts = {}): ReventoError {
  const message = `The login for event ${login.eventId} has ended: ${login.reason}.`;
  const isRevoked = login.reason !== endings.interrupted;
  return new ReventoError('reauth_required', message, { ...whose(login), isRevoked, ...facts });
}

/** The facts about the login that a failure carries. */
export function whose({ kind, eventId }: LoginKey): Pick<Facts, 'kind' | 'eventId'> {
  return { kind, eventId };
}

/** The refresh token was not spent: drop the intent. */
function withdraw(outcome: Outcome, error: unknown): unknown {
  return remember(outcome, error, null);
}

/** The refresh token may be spent: the intent stays. */
function keepPending(outcome: Outcome, error: unknown): unknown {
  const { login, requestId, spender } = outcome;
  const refreshToken = fingerprint(login.refreshToken?.reveal() ?? '');
  return remember(outcome, error, { refreshToken, at: spender.clock.now(), requestId });
}

/** Those who waited for this attempt share its outcome instead of making it again. */
function remember(outcome: Outcome, error: unknown, pending: ActiveLogin['pending']): unknown {
  if (!isStillOurs(outcome)) return error;
  const at = outcome.spender.clock.now();
  const failed =
    error instanceof ReventoError ? { at, code: error.code, message: error.message, facts: error.facts } : null;
  store(outcome, { ...outcome.login, pending, failed });
  return error;
}

/** Marks the token that was sent as spent, if the server returned a new one. */
function noteSpent({ file, intent, login }: Outcome, fresh: Secret | null): void {
  const spent = login.refreshToken?.reveal() ?? null;
  if (fresh !== null && fresh.reveal() !== spent) file.noteSpent(intent, spent, fresh.reveal());
}

function store({ file, intent, spender }: Outcome, login: StoredLogin): Commit['outcome'] {
  const commit = file.commit(intent, toContent(login));
  if (commit.outcome === 'rescued') {
    spender.notice(
      `warning: ${file.path} could not be written (${commit.reason}); the login is safe in ${commit.path} and will be put back`,
    );
  }
  if (commit.outcome === 'lost') {
    spender.notice(
      `warning: this login could not be saved (${commit.reason}) and ends with this command; make room, then run: ${spender.loginCommand}`,
    );
  }
  return commit.outcome;
}

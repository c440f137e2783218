import { type FailureCode, ReventoError } from '../../errors/revento-error.ts';
import type { Grant, LoginKind } from '../../login/login.ts';
import type { TokenAnswer, TokenRefusal } from '../token/answer.ts';

/** The requested consent. */
export interface AskedConsent {
  readonly kind: LoginKind;
  readonly eventId: string;
  readonly scope: readonly string[];
}

/**
 * The login that a token answer gives, when it is the one that was asked for. An answer without a scope grants what
 * was asked (RFC 6749 section 5.1); one without an event, or for another, grants nothing.
 *
 * @throws ReventoError `login_failed` when the event differs: the tokens are discarded
 */
export function grantOf(answer: Extract<TokenAnswer, { ok: true }>, wanted: AskedConsent): Grant {
  if (answer.eventId !== wanted.eventId) {
    const got = answer.eventId === null ? 'do not say which event they are for' : `are for ${answer.eventId}`;
    throw new ReventoError(
      'login_failed',
      `Consent was requested for ${wanted.eventId}, but the tokens ${got}; they were discarded.`,
    );
  }
  return {
    kind: wanted.kind,
    eventId: wanted.eventId,
    organizationId: answer.organizationId,
    userId: answer.userId,
    scope: answer.scope ?? wanted.scope,
    accessToken: answer.accessToken,
    refreshToken: answer.refreshToken,
    accessExpiresAt: answer.accessExpiresAt,
    refreshExpiresAt: answer.refreshExpiresAt,
  };
}

/**
 * The failure to report when an authorization code brought no tokens.
 *
 * Source: RFC 6749 section 5.2.
 */
export function exchangeFailure(
  { status, error, description, retryAfterSeconds }: TokenRefusal,
  requestId: string,
): ReventoError {
  const code = exchangeFailureCode(status, error);
  const words = [code === 'bad_answer' ? '' : error, description].filter((text) => text !== '').join(': ');
  const verb =
    code === 'bad_answer' ? 'gave no usable answer' : code === 'server_error' ? 'failed' : 'refused the login';
  const message = `The token endpoint ${verb}${words && ` (${words})`}.`;
  return new ReventoError(code, message, {
    status,
    requestId,
    ...(error !== '' && error !== 'bad_answer' && { apiCode: error }),
    ...(retryAfterSeconds !== null && { retryAfterSeconds }),
  });
}

function exchangeFailureCode(status: number, error: string): FailureCode {
  if (error === 'invalid_client' || error === 'unauthorized_client') return 'invalid_client';
  if (error === 'invalid_scope') return 'invalid_scope';
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'server_error';
  return error === '' || error === 'bad_answer' ? 'bad_answer' : 'login_failed';
}

/**
 * The failure to report when the authorization server sent the browser back with an error.
 *
 * @param error       RFC 6749 code, cleaned
 * @param description the server's words, cleaned; may be empty
 *
 * Source: RFC 6749 section 4.1.2.1.
 */
export function redirectFailure(error: string, description: string): ReventoError {
  const words = description === '' ? '' : `: ${description}`;
  const message =
    error === 'access_denied'
      ? `Consent was declined${words || '.'}`
      : `The authorization server ended the login: ${error}${words || '.'}`;
  return new ReventoError(redirectFailureCode(error), message, { apiCode: error });
}

function redirectFailureCode(error: string): FailureCode {
  switch (error) {
    case 'access_denied':
      return 'login_declined';
    case 'invalid_scope':
      return 'invalid_scope';
    case 'unauthorized_client':
    case 'invalid_client':
      return 'invalid_client';
    case 'server_error':
    case 'temporarily_unavailable':
      return 'server_error';
    default:
      return 'login_failed';
  }
}

import { isUtf8 } from 'node:buffer';
import { retryAfterMs } from '../../http/headers.ts';
import { isSuccess } from '../../http/status.ts';
import { type JsonRecord, parseRecord } from '../../json/parse.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import { plainLine } from '../../text/plain-line.ts';
import type { Redactor, Secret } from '../../text/secret.ts';

/** Longest accepted lifetime, seconds: ten years. A longer one probably has the wrong unit. */
const longestLifetimeSeconds = 10 * 365 * 24 * 3600;

/** How many characters of the server's message are shown. */
const maxDescriptionChars = 600;

/** An answer of the token endpoint. Times are milliseconds since the Unix epoch, null when unknown. */
export type TokenAnswer =
  | {
      readonly ok: true;
      readonly accessToken: Secret;
      readonly refreshToken: Secret | null;
      readonly accessExpiresAt: number | null;
      readonly refreshExpiresAt: number | null;
      /** Null when the answer names no scope: then it is the one that was asked for (RFC 6749 section 5.1). */
      readonly scope: string[] | null;
      readonly eventId: string | null;
      readonly organizationId: string | null;
      readonly userId: string | null;
    }
  | TokenRefusal;

/** Anything but tokens. */
export interface TokenRefusal {
  readonly ok: false;
  readonly status: number;
  /** RFC 6749 error code; `bad_answer` for a success that holds no tokens; empty when the body has none. */
  readonly error: string;
  /** The server's words: one line, cleaned and cut; empty when there are none. */
  readonly description: string;
  readonly retryAfterSeconds: number | null;
}

interface JudgeOptions {
  readonly startedAtMs: number;
  readonly redactor: Redactor;
  /** The answer is to a refresh, so what was granted is known: a scope that cannot be read counts as none. */
  readonly isRefresh?: boolean;
}

/**
 * What an answer of the token endpoint means. Tokens in it are registered with the redactor before anything else.
 *
 * @param startedAtMs when the request was started, Unix milliseconds: lifetimes are counted from there, so a slow
 *   answer never makes a token seem to live longer than it does
 *
 * Source: RFC 6749 sections 5.1, 5.2 and 7.1.
 * Assumed: lifetimes, `token_type` and `scope` may be missing; `user_id` comes with a participant's token.
 */
export function judgeTokenAnswer(
  response: HttpResponse,
  { startedAtMs, redactor, isRefresh = false }: JudgeOptions,
): TokenAnswer {
  const body = jsonObject(response.body);
  if (!isSuccess(response.status)) return refusal(response, body, startedAtMs, redactor);

  const bad = (description: string): TokenRefusal => ({
    ok: false,
    status: response.status,
    error: 'bad_answer',
    description,
    retryAfterSeconds: null,
  });
  if (body === null) return bad('the answer is not a JSON object');
  // A blank would end it in the Authorization header (RFC 6750 section 2.1).
  const accessToken = tokenText(body['access_token'], /^[\x21-\x7e]+$/);
  const refreshToken = tokenText(body['refresh_token'], /^(?=.*\S)[\x20-\x7e]+$/);
  const secrets = {
    access: accessToken && redactor.add(accessToken),
    refresh: refreshToken && redactor.add(refreshToken),
  };
  if (!secrets.access) return bad('the answer has no usable access_token');
  if (refreshToken === null && isPresent(body['refresh_token'])) return bad('refresh_token is not a usable string');
  const type = body['token_type'];
  if (isPresent(type) && !(typeof type === 'string' && type.toLowerCase() === 'bearer')) {
    return bad('token_type is not Bearer');
  }
  const scope = scopeList(body['scope']);
  // The old refresh token is already used up: over a scope that is known already, the new one is not thrown away.
  if (scope === undefined && !isRefresh) return bad('scope is not a list of scopes');

  return {
    ok: true,
    accessToken: secrets.access,
    refreshToken: secrets.refresh || null,
    accessExpiresAt: expiry(body['expires_in'], startedAtMs),
    refreshExpiresAt: expiry(body['refresh_expires_in'], startedAtMs),
    scope: scope ?? null,
    eventId: identifier(body['event_id']),
    organizationId: identifier(body['organization_id']),
    userId: identifier(body['user_id']),
  };
}

function refusal(
  response: HttpResponse,
  body: JsonRecord | null,
  startedAtMs: number,
  redactor: Redactor,
): TokenRefusal {
  const error = body?.['error'];
  const words = body?.['error_description'] ?? body?.['message'];
  // Redacted before it is cut: a secret cut in half is one the redactor does not know.
  const said = typeof words === 'string' ? plainLine(redactor.clean(words), maxDescriptionChars) : '';
  const askedMs = retryAfterMs(response, startedAtMs);
  const isRedirect = response.status >= 300 && response.status < 400;
  return {
    ok: false,
    status: response.status,
    error: typeof error === 'string' && /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(error) ? error : '',
    description: isRedirect ? 'it answered with a redirect, which is never followed' : said,
    retryAfterSeconds: askedMs === null ? null : Math.ceil(askedMs / 1000),
  };
}

/** Null unless the bytes are UTF-8 JSON of one object. */
function jsonObject(bytes: Uint8Array): JsonRecord | null {
  return isUtf8(bytes) ? parseRecord(new TextDecoder().decode(bytes)) : null;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** A token of the characters that its way to the server allows. Source: RFC 6749 appendices A.12 and A.17. */
function tokenText(value: unknown, allowed: RegExp): string | null {
  return typeof value === 'string' && allowed.test(value) ? value : null;
}

/** Ids become file names and are printed, so nothing but visible ASCII is taken for one. */
function identifier(value: unknown): string | null {
  return typeof value === 'string' && /^[\x21-\x7e]{1,256}$/.test(value) ? value : null;
}

/** Undefined when it is neither missing nor a list; a JSON array is taken too, some servers send one. */
function scopeList(value: unknown): string[] | null | undefined {
  if (value === undefined || value === null) return null;
  const scopes: unknown[] | undefined =
    typeof value === 'string'
      ? value.split(' ').filter((scope) => scope !== '')
      : Array.isArray(value)
        ? value
        : undefined;
  return scopes?.every(isScope) ? [...new Set(scopes)] : undefined;
}

function isScope(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value);
}

function expiry(value: unknown, startedAtMs: number): number | null {
  const seconds = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !(seconds > 0) || seconds > longestLifetimeSeconds) return null;
  return startedAtMs + Math.floor(seconds * 1000);
}

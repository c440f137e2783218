import {
  escalate,
  exitOf,
  exitStatus,
  type Facts,
  type FailureCode,
  otherCauses,
  ReventoError,
} from '../errors/revento-error.ts';
import { headerOf, retryAfterMs } from '../http/headers.ts';
import { isSuccess } from '../http/status.ts';
import { parseUrl } from '../http/web-address.ts';
import { parseRecord } from '../json/parse.ts';
import type { LoginKey } from '../login/login.ts';
import type { HttpResponse } from '../ports/exchange.ts';
import { asBuffer } from '../text/bytes.ts';
import { plainLine } from '../text/plain-line.ts';

const longestMessageChars = 300;
/** The fields of an error answer; null for missing ones. */
interface ApiError {
  readonly code: string | null;
  readonly message: string | null;
  readonly requestId: string | null;
  /** Scope that was missing, space separated. Assumed: named `required_scope` or `scope`. */
  readonly scope: string | null;
}

/** Facts about the request that failed. */
interface FailureContext {
  /** What was asked, such as `GET /events/evt_1`; no query. */
  readonly what: string;
  readonly requestId: string;
  /** The login whose token it was; null for REVENTO_ACCESS_TOKEN, where logging in would not help. */
  readonly login: LoginKey | null;
  /** The scope the endpoint needs, where it is known. */
  readonly scope?: string | undefined;
  /** Wall clock, milliseconds since the Unix epoch. */
  readonly now: number;
}

/** Reads an error body; every field is null when it is not one. */
export function readError(answer: HttpResponse): ApiError {
  // An error page of a proxy has no fields; the status must do.
  const body = parseRecord(asBuffer(answer.body).toString('utf8'));
  const text = (key: string) => {
    const value = body?.[key];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return {
    code: text('error'),
    message: text('message'),
    requestId: text('request_id'),
    scope: text('required_scope') ?? text('scope'),
  };
}

/** Source: guide, errors. Branches on the code; the status decides only where the code is unknown. */
const codes: Readonly<Record<string, FailureCode>> = {
  invalid_token: 'invalid_token',
  token_expired: 'token_expired',
  token_revoked: 'token_revoked',
  invalid_grant: 'invalid_grant',
  event_not_authorized: 'event_not_authorized',
  user_token_required: 'user_token_required',
  installation_token_required: 'installation_token_required',
  insufficient_scope: 'insufficient_scope',
  not_found: 'not_found',
  validation_error: 'validation_error',
  rate_limit_exceeded: 'rate_limited',
  concurrent_limit_exceeded: 'rate_limited',
};

/** Whether the guide lists a code of an error answer. */
export function isApiCode(code: string): boolean {
  return Object.hasOwn(codes, code);
}

/** Refusals of the token itself: the same login, made again, fixes them. */
const isOfToken: ReadonlySet<FailureCode> = new Set([
  'invalid_token',
  'token_expired',
  'token_revoked',
  'invalid_grant',
  'insufficient_scope',
]);

/** The failure that an answer means, or null for a success (2xx). */
export function failureOf(answer: HttpResponse, context: FailureContext): ReventoError | null {
  const { status } = answer;
  if (isSuccess(status)) return null;
  const said = readError(answer);
  const code = (said.code !== null && isApiCode(said.code) ? codes[said.code] : undefined) ?? byStatus(status);
  const askedMs = retryAfterMs(answer, context.now);
  const facts: Facts = {
    status,
    requestId: plainLine(said.requestId ?? headerOf(answer, 'x-revento-request-id') ?? context.requestId, 64),
    apiCode: said.code === null ? undefined : plainLine(said.code, 64),
    scope: code === 'insufficient_scope' ? plainLine(said.scope ?? context.scope ?? '', 200) || undefined : undefined,
    retryAfterSeconds: askedMs === null ? undefined : Math.ceil(askedMs / 1000),
    // Another kind of login, or one for another event, is what the other refusals ask for.
    ...(isOfToken.has(code) && { kind: context.login?.kind, eventId: context.login?.eventId }),
  };
  const subject = context.login === null && status === 401 ? `${context.what} with REVENTO_ACCESS_TOKEN` : context.what;
  const explain = (isMasked: boolean) => {
    return status < 400 ? unusable(answer, isMasked) : refusal(status, isMasked ? null : said.message);
  };
  const hint = context.login === null ? ownTokenHint(code, facts) : undefined;
  const maskedMessage = `${subject} ${explain(true)}`;
  return new ReventoError(code, `${subject} ${explain(false)}`, withoutEmpty({ ...facts, hint, maskedMessage }));
}

/** While the variable is set, logging in does not help: it takes precedence over every login. */
function ownTokenHint(code: FailureCode, facts: Facts): string | undefined {
  const fresh = 'put a fresh token into REVENTO_ACCESS_TOKEN, or unset it';
  if (code === 'invalid_token') return `${fresh}; if it is fresh and for this environment, ${escalate(facts)}`;
  if (code === 'token_revoked') return `${fresh}; ${otherCauses}`;
  if (facts.status === 401) return fresh;
  if (exitOf(code) !== exitStatus.login) return undefined;
  return 'the token in REVENTO_ACCESS_TOKEN does not allow this; put another there, or unset it to use a stored login';
}

/** Of a redirect's target, at most the host is shown: the rest may quote the request. */
function unusable(answer: HttpResponse, isMasked: boolean): string {
  const location = headerOf(answer, 'location');
  if (location === null) return 'returned nothing usable.';
  const origin = parseUrl(location)?.origin ?? 'null';
  const where = origin === 'null' || isMasked ? 'a redirect' : `a redirect to ${plainLine(origin, 200)}`;
  return `returned ${where}, which is not followed: the token is only sent to the configured host.`;
}

function refusal(status: number, message: string | null): string {
  const verb = status >= 500 ? 'failed on the server' : 'was refused';
  return message === null ? `${verb}.` : `${verb}: ${plainLine(message, longestMessageChars)}`;
}

function byStatus(status: number): FailureCode {
  if (status >= 500) return 'server_error';
  if (status === 429) return 'rate_limited';
  if (status === 401) return 'invalid_token';
  if (status === 404) return 'not_found';
  if (status === 400 || status === 422) return 'validation_error';
  return status >= 400 ? 'api_error' : 'bad_answer';
}

function withoutEmpty(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** Which requests a fault is applied to. `token` is `code` and `refresh` together. */
export const faultTargets = {
  authorize: 'the consent page and its answer',
  token: 'the token endpoint, both grant types',
  code: 'the code exchange only',
  refresh: 'the refresh only',
  api: 'every request of the read API',
  webhook: 'every delivery the sandbox sends',
} as const;
export type FaultTarget = keyof typeof faultTargets;

interface Effect {
  readonly value: 'none' | 'duration' | 'bytes';
  readonly targets: readonly FaultTarget[];
  /** For the table in help; a line for some targets only starts with them in parentheses. */
  readonly help: string;
}

/** What each fault does. Status codes are effects as well. */
export const effects = {
  slow: {
    value: 'duration',
    targets: ['authorize', 'token', 'code', 'refresh', 'api', 'webhook'],
    help: 'does the work, then waits before it answers\n(webhook) waits before it sends, so that later deliveries overtake',
  },
  drop: {
    value: 'none',
    targets: ['authorize', 'token', 'code', 'refresh', 'api', 'webhook'],
    help: 'does the work, then closes the connection without an answer: a rotated token is lost\n(webhook) sends, but ignores the answer: the handler gets the delivery again under the same id',
  },
  lose: {
    value: 'none',
    targets: ['authorize', 'token', 'code', 'refresh', 'api'],
    help: 'closes the connection and does nothing',
  },
  cut: {
    value: 'bytes',
    targets: ['authorize', 'token', 'code', 'refresh', 'api'],
    help: 'sends the head and that many body bytes (default: half of the body), then closes the connection',
  },
  html: {
    value: 'none',
    targets: ['token', 'code', 'refresh', 'api'],
    help: 'answers 200 with an HTML page where JSON is expected',
  },
  extra: {
    value: 'none',
    targets: ['token', 'code', 'refresh', 'api'],
    help: 'adds unknown fields to the answer and its rows',
  },
  minimal: {
    value: 'none',
    targets: ['token', 'code', 'refresh'],
    help: '(token, code, refresh) omits optional fields',
  },
  short: {
    value: 'duration',
    targets: ['token', 'code', 'refresh'],
    help: '(token, code, refresh) the access token expires after that time, as expires_in says',
  },
  expired: { value: 'none', targets: ['api'], help: '(api) the access token expires now: 401 token_expired' },
  revoked: {
    value: 'none',
    targets: ['api', 'refresh'],
    help: '(api) the login is revoked now: 401 token_revoked\n(refresh) the login is revoked now: 400 invalid_grant',
  },
  stolen: {
    value: 'none',
    targets: ['refresh'],
    help: '(refresh) someone else has just used the refresh token: 400 invalid_grant, and the login is revoked',
  },
  empty: { value: 'none', targets: ['api'], help: '(api) an empty page with has_more' },
  cursors: {
    value: 'none',
    targets: ['api'],
    help: '(api) cursors in another format, which must be percent-encoded in a URL',
  },
  circle: {
    value: 'none',
    targets: ['api'],
    help: '(api) the third page, or the last one, leads back to an earlier one',
  },
  words: { value: 'none', targets: ['api'], help: '(api) undocumented status values' },
  messages: {
    value: 'none',
    targets: ['token', 'code', 'refresh', 'api'],
    help: 'scrambles error messages, including those of other faults',
  },
  denied: { value: 'none', targets: ['authorize'], help: '(authorize) the organizer denies consent' },
  signature: { value: 'none', targets: ['webhook'], help: '(webhook) signs with another secret' },
  stale: { value: 'none', targets: ['webhook'], help: '(webhook) a timestamp of an hour ago' },
  future: { value: 'none', targets: ['webhook'], help: '(webhook) a timestamp an hour ahead' },
  twice: { value: 'none', targets: ['webhook'], help: '(webhook) sends the delivery twice in a row' },
  chunked: {
    value: 'none',
    targets: ['webhook'],
    help: '(webhook) sends the body with Transfer-Encoding: chunked, without Content-Length',
  },
} as const satisfies Record<string, Effect>;
export type NamedEffect = keyof typeof effects;

interface Refusal {
  /** The status it comes with; 302 is a redirect. */
  readonly status: number;
  readonly targets: readonly FaultTarget[];
}

/** Errors of the contract that can be injected by their code. */
export const refusals = {
  event_not_authorized: { status: 403, targets: ['api'] },
  insufficient_scope: { status: 403, targets: ['api'] },
  not_found: { status: 404, targets: ['api'] },
  user_token_required: { status: 403, targets: ['api'] },
  installation_token_required: { status: 403, targets: ['api'] },
  invalid_token: { status: 401, targets: ['api'] },
  validation_error: { status: 400, targets: ['api'] },
  concurrent_limit_exceeded: { status: 429, targets: ['api'] },
  invalid_grant: { status: 400, targets: ['token', 'code', 'refresh'] },
  invalid_client: { status: 401, targets: ['token', 'code', 'refresh'] },
  invalid_scope: { status: 302, targets: ['authorize'] },
  server_error: { status: 302, targets: ['authorize'] },
  temporarily_unavailable: { status: 302, targets: ['authorize'] },
} as const satisfies Record<string, Refusal>;

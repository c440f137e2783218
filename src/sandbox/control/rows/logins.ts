import * as v from 'valibot';
import type { Operation } from './operation.ts';

const time = v.nullable(v.pipe(v.string(), v.description('time of the sandbox; null when it is not known')));
const requestId = v.pipe(v.nullable(v.string()), v.description('the request that did it; null when it is not known'));
const fingerprint = v.pipe(v.string(), v.description('the first 8 hex digits of its SHA-256'));
const consent = {
  kind: v.picklist(['installation', 'user']),
  client_id: v.string(),
  event_id: v.string(),
  user_id: v.nullable(v.string()),
};

const token = v.pipe(
  v.object({
    number: v.pipe(v.number(), v.description('1 for the first of its login')),
    refresh_token: fingerprint,
    access_token: v.nullable(fingerprint),
    issued_at: time,
    issued_by: requestId,
    access_expires_at: time,
    refresh_expires_at: v.string(),
    state: v.pipe(
      v.picklist(['current', 'spent', 'expired', 'revoked']),
      v.description('of the refresh token; spent: exchanged for the next one'),
    ),
    spent_at: time,
    spent_by: requestId,
  }),
  v.readonly(),
);
const login = v.pipe(
  v.object({
    number: v.pipe(v.number(), v.description('1 for the first of the sandbox')),
    ...consent,
    user_name: v.nullable(v.string()),
    scope: v.pipe(v.array(v.string()), v.readonly()),
    started_at: v.string(),
    ends_at: v.pipe(v.string(), v.description('the end of the login, a year after its start')),
    state: v.picklist(['active', 'expired', 'revoked']),
    ending: v.pipe(
      v.nullable(
        v.pipe(
          v.object({
            at: v.string(),
            cause: v.pipe(
              v.picklist(['reuse', 'code_reuse', 'revoked']),
              v.description('reuse: a used refresh token was sent again; code_reuse: a code was'),
            ),
            request_id: requestId,
            refresh_token: v.pipe(v.nullable(fingerprint), v.description('the one that was sent again')),
          }),
          v.readonly(),
        ),
      ),
      v.description('how it was revoked; null while it is active'),
    ),
    token_count: v.number(),
    tokens: v.pipe(v.array(token), v.readonly(), v.description('the latest 30, oldest first')),
  }),
  v.readonly(),
);
const used = v.pipe(v.object({ used: v.number(), limit: v.number() }), v.readonly());
const budget = v.pipe(
  v.object({
    access_token: fingerprint,
    login: v.pipe(v.nullable(v.number()), v.description('number of the login that it belongs to')),
    kind: consent.kind,
    minute: used,
    hour: used,
    in_flight: used,
  }),
  v.readonly(),
);

/** Tokens by their fingerprints, and what they use of the rate limits. */
export const loginRows = {
  logins: {
    method: 'GET',
    path: '/logins',
    status: 200,
    summary: 'List logins with the history of their tokens, latest login first',
    params: v.strictObject({
      limit: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(200), v.description('logins to return')), 50),
    }),
    result: v.pipe(v.object({ total: v.number(), logins: v.pipe(v.array(login), v.readonly()) }), v.readonly()),
    refusals: [],
    example: { params: { limit: 5 } },
  },
  budgets: {
    method: 'GET',
    path: '/budgets',
    status: 200,
    summary: 'Show how much of the rate limits each access token has used, latest first',
    params: v.strictObject({}),
    result: v.pipe(
      v.object({
        limited: v.pipe(v.boolean(), v.description('false with --no-rate-limit')),
        budgets: v.pipe(v.array(budget), v.readonly()),
      }),
      v.readonly(),
    ),
    refusals: [],
    example: { params: {} },
  },
} as const satisfies Record<string, Operation>;

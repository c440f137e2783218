import * as v from 'valibot';
import { described, list, loginKind, object, text } from '../../message/shape.ts';
import { type Operation, usual } from './operation.ts';

const time = v.nullable(text('time of the sandbox; null when it is not known'));
const requestId = described(v.nullable(v.string()), 'the request that did it; null when it is not known');
const fingerprint = text('the first 8 hex digits of its SHA-256');
const consent = {
  kind: loginKind,
  client_id: v.string(),
  event_id: v.string(),
  user_id: v.nullable(v.string()),
};

const token = object({
  number: described(v.number(), '1 for the first of its login'),
  refresh_token: fingerprint,
  access_token: v.nullable(fingerprint),
  issued_at: time,
  issued_by: requestId,
  access_expires_at: time,
  refresh_expires_at: v.string(),
  state: described(
    v.picklist(['current', 'spent', 'expired', 'revoked']),
    'of the refresh token; spent: exchanged for the next one',
  ),
  spent_at: time,
  spent_by: requestId,
});
const login = object({
  number: described(v.number(), '1 for the first of the sandbox'),
  ...consent,
  user_name: v.nullable(v.string()),
  scope: list(v.string()),
  started_at: v.string(),
  ends_at: text('the end of the login, a year after its start'),
  state: v.picklist(['active', 'expired', 'revoked']),
  ending: described(
    v.nullable(
      object({
        at: v.string(),
        cause: described(
          v.picklist(['reuse', 'code_reuse', 'revoked']),
          'reuse: a used refresh token was sent again; code_reuse: a code was',
        ),
        request_id: requestId,
        refresh_token: described(v.nullable(fingerprint), 'the one that was sent again'),
      }),
    ),
    'how it was revoked; null while it is active',
  ),
  token_count: v.number(),
  tokens: described(list(token), 'the latest 30, oldest first'),
});
const used = object({ used: v.number(), limit: v.number() });
const budget = object({
  access_token: fingerprint,
  login: described(v.nullable(v.number()), 'number of the login that it belongs to'),
  kind: consent.kind,
  minute: used,
  hour: used,
  in_flight: used,
});

/** Tokens by their fingerprints, and what they use of the rate limits. */
export const loginRows = {
  logins: {
    ...usual,
    method: 'GET',
    path: '/logins',
    summary: 'List logins with the history of their tokens, latest login first',
    params: v.strictObject({
      limit: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(200), v.description('logins to return')), 50),
    }),
    result: object({ total: v.number(), logins: list(login) }),
    example: { params: { limit: 5 } },
  },
  budgets: {
    ...usual,
    method: 'GET',
    path: '/budgets',
    summary: 'Show how much of the rate limits each access token has used, latest first',
    result: object({
      limited: described(v.boolean(), 'false with --no-rate-limit'),
      budgets: list(budget),
    }),
  },
} as const satisfies Record<string, Operation>;

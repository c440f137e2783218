import * as v from 'valibot';
import { levels } from '../../audit/rule.ts';
import { attempt, deliveryStates } from '../../deliveries/delivery.ts';
import { happening } from '../../world/happening.ts';
import { shownRequest } from './audit.ts';
import type { Operation } from './operation.ts';

export const logKinds = ['happening', 'request', 'delivery', 'withheld', 'finding'] as const;
export type LogKind = (typeof logKinds)[number];

/** Entries in one answer. */
export const logPage = 1_000;

const at = v.pipe(v.string(), v.description('time of the sandbox, ISO 8601 UTC'));
const happened = v.object({ kind: v.literal('happening'), ...happening.entries });
const request = v.object({
  kind: v.literal('request'),
  at,
  method: v.pipe(v.nullable(v.string()), v.description('null if not even a request line could be read')),
  path: v.pipe(v.nullable(v.string()), v.description('without the query; tokens in it are masked')),
  status: v.pipe(v.nullable(v.number()), v.description('null when a fault closed the connection')),
  ms: v.number(),
  request_id: v.nullable(v.string()),
  error: v.nullable(v.string()),
  message: v.nullable(v.string()),
});
const sent = v.object({
  kind: v.literal('delivery'),
  ...attempt.entries,
  delivery_id: v.string(),
  event: v.string(),
  subject: v.pipe(v.nullable(v.string()), v.description('the id of its subject; null for a made-up one')),
  attempt: v.pipe(v.number(), v.description('1 for the first')),
  state: v.picklist(deliveryStates),
  next_attempt_at: v.nullable(v.string()),
});

const withheld = v.object({
  kind: v.literal('withheld'),
  at,
  event: v.pipe(v.string(), v.description('event type that is not delivered')),
  happening_id: v.string(),
  subject: v.string(),
  reason: v.string(),
});
const found = v.object({
  kind: v.literal('finding'),
  at,
  rule: v.string(),
  title: v.string(),
  level: v.picklist(levels),
  what: v.pipe(v.string(), v.description('how the rule was broken')),
  requests: v.pipe(v.array(shownRequest), v.readonly(), v.description('the evidence')),
  why: v.string(),
  fix: v.string(),
  source: v.string(),
});

/** One line of the timeline. */
export const logEntry = v.variant('kind', [happened, request, sent, withheld, found]);
export type LogEntry = v.InferOutput<typeof logEntry>;
export type FindingLine = v.InferOutput<typeof found>;

/** The timeline of the sandbox. */
export const logRows = {
  log: {
    method: 'GET',
    path: '/log',
    status: 200,
    summary:
      'List changes, requests, delivery attempts, what is not delivered, and findings of the audit, oldest first',
    params: v.strictObject({
      kind: v.exactOptional(v.picklist(logKinds)),
      subject: v.exactOptional(
        v.pipe(v.string(), v.description('the ID of a subject, or an ID in the path of a request')),
      ),
      since: v.exactOptional(
        v.pipe(
          v.string(),
          v.isoTimestamp('must be a time such as 2027-06-10T09:00:00Z'),
          v.description('leave out older entries, by the time of the sandbox'),
        ),
      ),
      after: v.exactOptional(
        v.pipe(v.number(), v.minValue(0), v.description('the cursor of an earlier answer: returns later entries')),
      ),
      latest: v.exactOptional(
        v.pipe(
          v.number(),
          v.minValue(1),
          v.maxValue(logPage),
          v.description('return only this many of the newest entries, with a cursor for later ones'),
        ),
      ),
    }),
    result: v.pipe(
      v.object({
        entries: v.pipe(v.array(logEntry), v.readonly(), v.description(`at most ${logPage}`)),
        cursor: v.pipe(v.number(), v.description('for `after`; starts over in a restarted sandbox')),
        has_more: v.boolean(),
        dropped: v.pipe(
          v.object({ requests: v.number(), deliveries: v.number() }),
          v.readonly(),
          v.description('older entries of this run that are no longer kept'),
        ),
      }),
      v.readonly(),
    ),
    refusals: [],
    example: { params: { kind: 'happening' } },
  },
} as const satisfies Record<string, Operation>;

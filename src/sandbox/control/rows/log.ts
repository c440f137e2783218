import * as v from 'valibot';
import { levels } from '../../audit/rule.ts';
import { attempt, deliveryStates } from '../../deliveries/delivery.ts';
import { described, list, object, optional, text, time } from '../../message/shape.ts';
import { happening } from '../../world/happening.ts';
import { shownRequest } from './audit.ts';
import { type Operation, usual } from './operation.ts';

export const logKinds = ['happening', 'request', 'delivery', 'withheld', 'finding'] as const;
export type LogKind = (typeof logKinds)[number];

/** Entries in one answer. */
export const logPage = 1_000;

const at = text('time of the sandbox, ISO 8601 UTC');
const happened = v.object({ kind: v.literal('happening'), ...happening.entries });
const request = v.object({
  kind: v.literal('request'),
  at,
  method: described(v.nullable(v.string()), 'null if not even a request line could be read'),
  path: described(v.nullable(v.string()), 'without the query; tokens in it are masked'),
  status: described(v.nullable(v.number()), 'null when a fault closed the connection'),
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
  subject: described(v.nullable(v.string()), 'the id of its subject; null for a made-up one'),
  attempt: described(v.number(), '1 for the first'),
  state: v.picklist(deliveryStates),
  next_attempt_at: v.nullable(v.string()),
});

const withheld = v.object({
  kind: v.literal('withheld'),
  at,
  event: text('event type that is not delivered'),
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
  what: text('how the rule was broken'),
  requests: described(list(shownRequest), 'the evidence'),
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
    ...usual,
    method: 'GET',
    path: '/log',
    summary:
      'List changes, requests, delivery attempts, what is not delivered, and findings of the audit, oldest first',
    params: v.strictObject({
      kind: v.exactOptional(v.picklist(logKinds)),
      subject: optional(v.string(), 'the ID of a subject, or an ID in the path of a request'),
      since: optional(time, 'leave out older entries, by the time of the sandbox'),
      after: optional(v.pipe(v.number(), v.minValue(0)), 'the cursor of an earlier answer: returns later entries'),
      latest: optional(
        v.pipe(v.number(), v.minValue(1), v.maxValue(logPage)),
        'return only this many of the newest entries, with a cursor for later ones',
      ),
    }),
    result: object({
      entries: described(list(logEntry), `at most ${logPage}`),
      cursor: described(v.number(), 'for `after`; starts over in a restarted sandbox'),
      has_more: v.boolean(),
      dropped: described(
        object({ requests: v.number(), deliveries: v.number() }),
        'older entries of this run that are no longer kept',
      ),
    }),
    example: { params: { kind: 'happening' } },
  },
} as const satisfies Record<string, Operation>;

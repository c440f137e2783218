import * as v from 'valibot';
import { levels } from '../../audit/rule.ts';
import { described, list, object, text } from '../../message/shape.ts';
import { type Operation, usual } from './operation.ts';

export const shownRequest = object({
  number: described(v.number(), 'its place in the order of arrival'),
  at: text('time of the sandbox, ISO 8601 UTC'),
  line: text('method, path and answer; holds no secret'),
  request_id: described(v.nullable(v.string()), 'null for a delivery'),
  delivery_id: described(v.nullable(v.string()), 'null for a request'),
});
const breach = object({ what: v.string(), requests: list(shownRequest) });
const finding = object({
  rule: v.string(),
  title: v.string(),
  level: described(v.picklist(levels), 'must: the guide demands it'),
  verdict: described(v.picklist(['held', 'broken', 'not_seen']), 'not_seen: nothing happened that tests it'),
  count: described(v.number(), 'how often it was broken'),
  breaches: described(list(breach), 'the first five'),
  why: v.string(),
  fix: v.string(),
  source: v.string(),
  needs: text('what must happen to test it'),
});
export type AuditFinding = v.InferOutput<typeof finding>;

/** The verdict of the audit on the integrations. */
export const auditRows = {
  audit: {
    ...usual,
    method: 'GET',
    path: '/audit',
    summary: 'Check what integrations did so far against the rules of the guide',
    result: object({
      since: text("when recording started, by the sandbox's clock"),
      seen: described(v.number(), 'requests and deliveries that were judged'),
      findings: list(finding),
    }),
  },
} as const satisfies Record<string, Operation>;

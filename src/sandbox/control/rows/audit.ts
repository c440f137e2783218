import * as v from 'valibot';
import { levels } from '../../audit/rule.ts';
import type { Operation } from './operation.ts';

export const shownRequest = v.pipe(
  v.object({
    number: v.pipe(v.number(), v.description('its place in the order of arrival')),
    at: v.pipe(v.string(), v.description('time of the sandbox, ISO 8601 UTC')),
    line: v.pipe(v.string(), v.description('method, path and answer; holds no secret')),
    request_id: v.pipe(v.nullable(v.string()), v.description('null for a delivery')),
  }),
  v.readonly(),
);
const breach = v.pipe(
  v.object({ what: v.string(), requests: v.pipe(v.array(shownRequest), v.readonly()) }),
  v.readonly(),
);
const finding = v.pipe(
  v.object({
    rule: v.string(),
    title: v.string(),
    level: v.pipe(v.picklist(levels), v.description('must: the guide demands it')),
    verdict: v.pipe(
      v.picklist(['held', 'broken', 'not_seen']),
      v.description('not_seen: nothing happened that tests it'),
    ),
    count: v.pipe(v.number(), v.description('how often it was broken')),
    breaches: v.pipe(v.array(breach), v.readonly(), v.description('the first five')),
    why: v.string(),
    fix: v.string(),
    source: v.string(),
    needs: v.pipe(v.string(), v.description('what must happen to test it')),
  }),
  v.readonly(),
);
export type AuditFinding = v.InferOutput<typeof finding>;

/** The verdict of the audit on the integrations. */
export const auditRows = {
  audit: {
    method: 'GET',
    path: '/audit',
    status: 200,
    summary: 'Check what integrations did so far against the rules of the guide',
    params: v.strictObject({}),
    result: v.pipe(
      v.object({
        since: v.pipe(v.string(), v.description("when recording started, by the sandbox's clock")),
        seen: v.pipe(v.number(), v.description('requests and deliveries that were judged')),
        findings: v.pipe(v.array(finding), v.readonly()),
      }),
      v.readonly(),
    ),
    refusals: [],
    example: { params: {} },
  },
} as const satisfies Record<string, Operation>;

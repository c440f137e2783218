import * as v from 'valibot';
import type { Operation } from './operation.ts';

/** Ten years: longer than everything that depends on time. */
export const longestAdvanceMs = 10 * 365 * 24 * 3_600_000;
const clock = v.pipe(
  v.object({
    now: v.pipe(v.string(), v.description('time of the sandbox')),
    real: v.pipe(v.string(), v.description('time of the machine, with which deliveries are signed')),
    ahead_ms: v.number(),
    held: v.pipe(v.boolean(), v.description('whether it stands still until it is resumed')),
    next_retry_at: v.pipe(v.nullable(v.string()), v.description('when a delivery is retried next; null without one')),
  }),
  v.readonly(),
);

/** The time of the sandbox. */
export const clockRows = {
  clock: {
    method: 'GET',
    path: '/clock',
    status: 200,
    summary: 'Show the time of the sandbox',
    params: v.strictObject({}),
    result: clock,
    refusals: [],
    example: { params: {} },
  },
  advance: {
    method: 'POST',
    path: '/clock/advance',
    status: 200,
    summary: 'Move the clock forward; everything due in between happens',
    params: v.strictObject({
      ms: v.pipe(
        v.number(),
        v.safeInteger(),
        v.minValue(0),
        v.maxValue(longestAdvanceMs),
        v.description('milliseconds'),
      ),
    }),
    result: clock,
    refusals: [],
    example: { params: { ms: 3_600_000 } },
  },
  set_clock: {
    method: 'POST',
    path: '/clock/set',
    status: 200,
    summary: 'Move the clock forward to a time and hold it there',
    params: v.strictObject({
      to: v.pipe(v.string(), v.isoTimestamp('must be a time such as 2027-06-10T09:00:00Z'), v.description('ISO 8601')),
    }),
    result: clock,
    refusals: ['backwards'],
    example: { params: { to: '2030-06-10T09:00:00Z' } },
  },
  hold_clock: {
    method: 'POST',
    path: '/clock/hold',
    status: 200,
    summary: 'Hold the clock at its current time',
    params: v.strictObject({}),
    result: clock,
    refusals: [],
    example: { params: {} },
  },
  resume_clock: {
    method: 'POST',
    path: '/clock/resume',
    status: 200,
    summary: 'Let a held clock run again',
    params: v.strictObject({}),
    result: clock,
    refusals: [],
    example: { params: {} },
  },
} as const satisfies Record<string, Operation>;

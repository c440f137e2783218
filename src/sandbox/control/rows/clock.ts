import * as v from 'valibot';
import { described, object, text, time } from '../../message/shape.ts';
import { type Operation, usual } from './operation.ts';

/** Ten years: longer than everything that depends on time. */
export const longestAdvanceMs = 10 * 365 * 24 * 3_600_000;
const clock = object({
  now: text('time of the sandbox'),
  real: text('time of the machine, with which deliveries are signed'),
  ahead_ms: v.number(),
  held: described(v.boolean(), 'whether it stands still until it is resumed'),
  next_retry_at: described(v.nullable(v.string()), 'when a delivery is retried next; null without one'),
});

/** The time of the sandbox. */
export const clockRows = {
  clock: {
    ...usual,
    method: 'GET',
    path: '/clock',
    summary: 'Show the time of the sandbox',
    result: clock,
  },
  advance: {
    ...usual,
    method: 'POST',
    path: '/clock/advance',
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
    example: { params: { ms: 3_600_000 } },
  },
  set_clock: {
    ...usual,
    method: 'POST',
    path: '/clock/set',
    summary: 'Move the clock forward to a time and hold it there',
    params: v.strictObject({
      to: described(time, 'ISO 8601'),
    }),
    result: clock,
    refusals: ['backwards'],
    example: { params: { to: '2030-06-10T09:00:00Z' } },
  },
  hold_clock: {
    ...usual,
    method: 'POST',
    path: '/clock/hold',
    summary: 'Hold the clock at its current time',
    result: clock,
  },
  resume_clock: {
    ...usual,
    method: 'POST',
    path: '/clock/resume',
    summary: 'Let a held clock run again',
    result: clock,
  },
} as const satisfies Record<string, Operation>;

import type { ApiSeen } from '../sandbox/audit/evidence.ts';

const minuteMs = 60_000;
/** An integration that counts its requests, to stay below the rate limit, may pause for a minute after this many. */
const fewestPaced = 15;
/** A sync that sends requests at shorter intervals is not paused. */
const pauseMs = 1_500;
/** One that spaces its requests out sends so many within this time, and the next within the step. */
const steady = { withinMs: 30_000, fewest: 5, most: fewestPaced, stepMs: 4_000 } as const;

/**
 * Whether a sync may be waiting to stay below the rate limit: it has sent about as many requests as a minute allows and
 * now sends none, or it sends one every few seconds.
 *
 * @param now  on the clock of `startMs`
 */
export function isPaced(apis: readonly Pick<ApiSeen, 'startMs'>[], now: number): boolean {
  const ages = apis.map(({ startMs }) => now - startMs);
  const within = (ms: number) => ages.filter((age) => age < ms);
  const minute = within(minuteMs);
  if (minute.length >= fewestPaced && minute.every((age) => age > pauseMs)) return true;
  const recent = within(steady.withinMs).length;
  return recent >= steady.fewest && recent <= steady.most && within(steady.stepMs).length > 0;
}

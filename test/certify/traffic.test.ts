import { describe, expect, it } from 'vitest';
import { goesOn, Traffic } from '../../src/certify/traffic.ts';
import { fakeClock } from '../support/fake-clock.ts';

/** What an integration sends after a consent or a sync: when each request arrives, and how long its answer takes. */
function rigOf(requests: readonly { readonly at: number; readonly takesMs?: number; readonly path?: string }[]) {
  const clock = fakeClock();
  const startedAt = clock.monotonic();
  const passedMs = () => clock.monotonic() - startedAt;
  const heard = new Set<(path: string) => void>();
  const left = [...requests];
  const parts = {
    clock: {
      ...clock,
      sleep: async (ms: number, signal?: AbortSignal) => {
        await clock.sleep(ms, signal);
        while (left[0] !== undefined && left[0].at <= passedMs()) {
          const path = left.shift()?.path ?? '/api/v1/events/evt';
          for (const one of heard) one(path);
        }
      },
    },
    signal: new AbortController().signal,
    answered: () => requests.filter(({ at, takesMs = 0 }) => at + takesMs <= passedMs()).length,
    onArrival: (one: (path: string) => void) => {
      heard.add(one);
      return () => void heard.delete(one);
    },
  };
  return { parts, passedMs };
}

describe('a sync that follows a consent', () => {
  it('is waited for until it ends, pauses and slow answers included', async () => {
    const { parts, passedMs } = rigOf([{ at: 600 }, { at: 900, takesMs: 2_000 }, { at: 3_100 }]);
    expect(await Traffic.during(parts, (traffic) => traffic.consentOver(null))).toBe(true);
    expect(passedMs()).toBeGreaterThanOrEqual(3_600);
  });

  it('is not waited for where none followed the first consent', async () => {
    const { parts, passedMs } = rigOf([{ at: 600 }]);
    expect(await Traffic.during(parts, (traffic) => traffic.consentOver(false))).toBe(false);
    expect(passedMs()).toBe(0);
  });

  it('that never ends holds nothing up', async () => {
    const { parts, passedMs } = rigOf(Array.from({ length: 200 }, (_, index) => ({ at: index * 200 })));
    expect(await Traffic.during(parts, (traffic) => traffic.consentOver(true))).toBe(true);
    expect(passedMs()).toBeLessThan(11_000);
  });
});

describe('a sync that was answered', () => {
  it('goes on if it sends another request soon, or the first one a little later', async () => {
    expect(await goesOn(rigOf([{ at: 100 }]).parts, true)).toBe(true);
    expect(await goesOn(rigOf([{ at: 4_000 }]).parts, false)).toBe(true);
  });

  it('has ended otherwise', async () => {
    expect(await goesOn(rigOf([]).parts, true)).toBe(false);
    expect(await goesOn(rigOf([{ at: 100, path: '/oauth/authorize' }]).parts, true)).toBe(false);
  });
});

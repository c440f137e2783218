import type { Clock } from '../../src/ports/clock.ts';

export interface FakeClock extends Clock {
  advance(ms: number): void;
}

/** A clock that stands still until a test moves it; sleeping takes no time and moves it on. */
export function fakeClock(startsAtMs = Date.UTC(2026, 10, 24, 12)): FakeClock {
  let now = startsAtMs;
  return {
    now: () => now,
    monotonic: () => now - startsAtMs,
    advance: (ms) => {
      now += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      now += ms;
    },
  };
}

/** A clock that stands still; sleeps last until they are ended. */
export function stillClock(nowMs = Date.UTC(2026, 10, 24, 12)): Clock {
  return {
    now: () => nowMs,
    monotonic: () => 0,
    sleep: (_ms, signal) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true })),
  };
}

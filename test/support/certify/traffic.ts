import { fakeClock } from '../fake-clock.ts';

/** What an integration sends after a consent or a sync: when each request arrives, and how long its answer takes. */
export function trafficOf(
  requests: readonly { readonly at: number; readonly takesMs?: number; readonly path?: string }[],
) {
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

import { expect, it } from 'vitest';
import { LiveStage } from '../../src/certify/live-stage.ts';
import { fakeClock } from '../support/fake-clock.ts';

const syncMs = 25_000;

/** When a sync by command counts as late, if it sends its requests at these moments. */
async function lateAfter(requestsAt: readonly number[]): Promise<number> {
  const clock = fakeClock();
  const startedAt = clock.monotonic();
  let lateMs = 0;
  const stage = new LiveStage({
    sandbox: {
      eventId: 'evt',
      evidence: () => ({
        apis: requestsAt.filter((at) => at <= clock.monotonic()).map((startMs) => ({ startMs })),
      }),
    },
    integration: {
      runCommand: async (_: readonly string[], late: (signal: AbortSignal) => Promise<unknown>) => {
        await late(new AbortController().signal);
        lateMs = clock.monotonic() - startedAt;
        return null;
      },
    },
    hooks: { syncCommand: ['sh', '-c', 'sync'] },
    ...{ clock, syncMs, signal: new AbortController().signal, http: async () => undefined },
  } as unknown as ConstructorParameters<typeof LiveStage>[0]);
  expect(await stage.sync()).toBe('no answer');
  return lateMs;
}

const every = (ms: number, count: number) => Array.from({ length: count }, (_, index) => index * ms);

it('gives a sync by command the time to space its requests out', async () => {
  expect(await lateAfter(every(2_000, 50))).toBeGreaterThan(3 * syncMs - 1);
});

it('gives a sync by command that sends nothing no more time', async () => {
  expect(await lateAfter([])).toBe(syncMs);
});

it('gives a deletion the time that earlier ones may take, behind which it may wait', () => {
  const types = ['data.deletion_required', 'application.submitted', 'data.deletion_required'];
  const stage = new LiveStage({
    sandbox: { eventId: 'evt', evidence: () => ({ deliveries: types.map((type) => ({ type })) }) },
    ...{ deletionMs: 5_000, effects: { lagMs: 100 } },
  } as unknown as ConstructorParameters<typeof LiveStage>[0]);
  expect(stage.deletionMs).toBe(15_300);
});

it('stops watching for a first sync when the consent page cannot be opened', async () => {
  const heard = new Set<unknown>();
  const stage = new LiveStage({
    sandbox: { eventId: 'evt', evidence: () => ({ apis: [] }) },
    hooks: { connect: 'http://localhost:3000/connect' },
    http: async () => ({
      status: 302,
      headers: [['Location', 'https://auth.revento.example/']],
      body: new Uint8Array(),
    }),
    onArrival: (one: unknown) => {
      heard.add(one);
      return () => heard.delete(one);
    },
    ...{ clock: fakeClock(), signal: new AbortController().signal, redirectUri: 'http://localhost:3000/callback' },
  } as unknown as ConstructorParameters<typeof LiveStage>[0]);
  await expect(stage.connect()).rejects.toThrow('not on this machine');
  expect(heard.size).toBe(0);
});

import { expect, it } from 'vitest';
import { errorActs } from '../../../src/certify/acts/errors.ts';
import type { Stage, SyncEnd } from '../../../src/certify/stage.ts';

/** The faults that the act of server errors injects for a sync that sends these requests, and what it finds. */
async function serverErrors(targets: readonly string[], end: SyncEnd = 'done') {
  const apis: { target: string; status: number }[] = [];
  const faults: string[] = [];
  let isFailing = false;
  const stage = {
    evidence: () => ({ apis }),
    advance: async () => {},
    faults: async (...added: readonly string[]) => {
      faults.push(...added);
      isFailing = added.length > 0;
    },
    sync: async () => {
      for (const target of targets) apis.push({ target, status: isFailing ? 503 : 200 });
      return isFailing ? end : 'done';
    },
  };
  const facts = await errorActs.find(({ id }) => id === 'server-errors')?.play(stage as unknown as Stage);
  return { faults, facts };
}

it('one list fails three times', async () => {
  expect(await serverErrors(['a'])).toEqual({ faults: ['api:503x3'], facts: { sync: 'done', after: 'done' } });
});

it('of two lists that are read at the same time, each fails three times', async () => {
  expect((await serverErrors(['a', 'b'])).faults).toEqual(['api:503x3', 'api:503x6']);
});

it('a sync that gives up earlier is said to be allowed to', async () => {
  expect((await serverErrors(['a'], 'failed')).facts).toMatchObject({
    unseen_backoff: expect.stringContaining('which is allowed'),
  });
});

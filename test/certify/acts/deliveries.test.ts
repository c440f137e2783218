import { expect, it } from 'vitest';
import { deliveryActs } from '../../../src/certify/acts/deliveries.ts';
import type { Stage } from '../../../src/certify/stage.ts';

/** How the act of a deletion goes for an integration that works deliveries some time after it acknowledged them. */
async function deletion(worksAfterMs: number) {
  let ms = 0;
  let stopsAt = Number.POSITIVE_INFINITY;
  const apis: number[] = [];
  const stage = {
    deletionMs: 5_000,
    ask: async () => {
      stopsAt = ms + worksAfterMs;
    },
    connect: async () => {
      stopsAt = Number.POSITIVE_INFINITY;
    },
    sync: async () => {
      if (ms < stopsAt) apis.push(ms);
      return 'failed';
    },
    pause: async (by: number) => {
      ms += by;
    },
    ...{ advance: async () => {}, settled: async () => {}, forgetLogin: () => {}, evidence: () => ({ apis }) },
  };
  await deliveryActs.find(({ id }) => id === 'deletion')?.play(stage as unknown as Stage);
  return { apis, ms };
}

it('a deletion that is worked at once is not waited for', async () => {
  expect(await deletion(0)).toEqual({ apis: [], ms: 0 });
});

it('a deletion that is worked a little later is asked for again, with the time for it', async () => {
  expect(await deletion(3_000)).toEqual({ apis: [0], ms: 5_000 });
});

it('a deletion that is never worked is noticed', async () => {
  expect(await deletion(Number.POSITIVE_INFINITY)).toEqual({ apis: [0, 5_000], ms: 5_000 });
});

import { expect, it } from 'vitest';
import { deliveryActs } from '../../../src/certify/acts/deliveries.ts';
import type { Stage } from '../../../src/certify/stage.ts';

/** How the act of a deletion goes for an integration that works deliveries some time after it acknowledged them. */
async function deletion(worksAfterMs: number, deletionMs = 5_000) {
  let ms = 0;
  let deletions = 0;
  let stopsAt = Number.POSITIVE_INFINITY;
  const apis: number[] = [];
  const stage = {
    // Behind each deletion, the next one may take longer.
    get deletionMs() {
      return deletionMs + deletions * 1_000;
    },
    ask: async () => {
      deletions++;
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
  const facts = await deliveryActs.find(({ id }) => id === 'deletion')?.play(stage as unknown as Stage);
  return { apis, ms, allowedS: facts?.['allowed_s'] };
}

it('a deletion that is worked at once is not waited for', async () => {
  expect(await deletion(0)).toEqual({ apis: [], ms: 0 });
});

it('a deletion that is worked a moment later is asked for again, and does not cost all the time that it may take', async () => {
  expect(await deletion(1_500)).toEqual({ apis: [0], ms: 2_000 });
});

it('a deletion that is worked later still gets all of that time', async () => {
  expect(await deletion(3_000)).toEqual({ apis: [0, 2_000], ms: 9_000, allowedS: 7 });
});

it('a deletion that is worked after a queue that may be long does not cost the time of that queue', async () => {
  expect(await deletion(3_000, 180_000)).toEqual({ apis: [0, 2_000], ms: 10_000 });
});

it('a deletion that is never worked is noticed, after the time that it was given', async () => {
  expect(await deletion(Number.POSITIVE_INFINITY)).toEqual({ apis: [0, 2_000, 9_000], ms: 9_000, allowedS: 7 });
});

import { expect, it } from 'vitest';
import { plainActs } from '../../../src/certify/acts/plain.ts';
import type { Stage, SyncEnd } from '../../../src/certify/stage.ts';

/** How the act of a sync goes. */
async function synced({ end = 'done' as SyncEnd, sends = 1, follows = 0 }) {
  const apis: number[] = [];
  const asked: boolean[] = [];
  const stage = {
    evidence: () => ({ apis }),
    sync: async () => {
      for (let sent = 0; sent < sends; sent++) apis.push(sent);
      return end;
    },
    goesOn: async (hasBegun: boolean) => {
      asked.push(hasBegun);
      return asked.length <= follows;
    },
  };
  const facts = await plainActs.find(({ id }) => id === 'sync')?.play(stage as unknown as Stage);
  return { facts, asked };
}

it('a sync that has ended when it is answered is done', async () => {
  expect(await synced({})).toEqual({ facts: { sync: 'done' }, asked: [true] });
});

it('one that goes on shows nothing, and what to do is said', async () => {
  expect(await synced({ sends: 0, follows: 2 })).toEqual({
    facts: { sync: 'went on', unseen: expect.stringMatching(/Respond later, or wait for its end in --sync-command/) },
    asked: [false, false],
  });
});

it('one that failed is not looked at again', async () => {
  expect(await synced({ end: 'failed' })).toEqual({ facts: { sync: 'failed' }, asked: [] });
});

it('one that is followed once, by the first sync of the consent, is done', async () => {
  expect(await synced({ follows: 1 })).toEqual({ facts: { sync: 'done' }, asked: [true, true] });
});

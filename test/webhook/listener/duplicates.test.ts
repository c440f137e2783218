import { expect, it } from 'vitest';
import { Duplicates } from '../../../src/webhook/listener/duplicates.ts';

function rig(maxEntries = 100) {
  let nowMs = 0;
  const clock = { now: () => nowMs, monotonic: () => nowMs, sleep: async () => undefined };
  const duplicates = new Duplicates({ clock, toleranceSeconds: 300, maxEntries });
  const admit = async (id: string, signature: string, status = 200) => {
    const standing = duplicates.standingOf({ id, signature });
    if (standing.kind !== 'duplicate') duplicates.remember({ id, signature }, Promise.resolve(status));
    // The status is known in the turn after.
    await Promise.resolve();
    return standing.kind;
  };
  return {
    duplicates,
    admit,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

it('takes a known delivery id, and a known signature, for a duplicate', async () => {
  const { admit } = rig();
  expect(await admit('a', '1')).toBe('first');
  expect(await admit('a', '2')).toBe('duplicate');
  expect(await admit('b', '1')).toBe('duplicate');
  expect(await admit('b', '2')).toBe('first');
});

it('takes what failed before for a retry, and what then succeeded for a duplicate', async () => {
  const { admit } = rig();
  expect(await admit('a', '1', 500)).toBe('first');
  expect(await admit('a', '1', 500)).toBe('retry');
  expect(await admit('a', '2', 204)).toBe('retry');
  expect(await admit('a', '3')).toBe('duplicate');
});

it('remembers for as long as a signature can hold', async () => {
  const { admit, pass } = rig();
  await admit('a', '1');
  pass(600_999);
  expect(await admit('a', '2')).toBe('duplicate');
  pass(1);
  expect(await admit('a', '3')).toBe('first');
});

it('never holds more than its limit, and forgets the oldest first', async () => {
  const { admit, duplicates } = rig(100);
  for (let index = 0; index < 1_000; index++) {
    await admit(`id-${index}`, `signature-${index}`);
    expect(duplicates.size).toBeLessThanOrEqual(100);
  }
  expect(await admit('id-999', 'other')).toBe('duplicate');
  expect(await admit('id-960', 'other')).toBe('duplicate');
  expect(await admit('id-0', 'signature-0')).toBe('first');
});

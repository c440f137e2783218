import { describe, expect, it } from 'vitest';
import type { Deps } from '../../../src/command-kit/deps.ts';
import { CallProgress } from '../../../src/commands/api/progress.ts';
import { HttpFailure } from '../../../src/http/failure.ts';
import { apiBench } from '../../support/api/deps.ts';

/** A terminal that keeps what its progress line says, null while there is none. */
async function setUp(changes: { isStdoutTty?: boolean; isStderrTty?: boolean } = {}) {
  const bench = await apiBench({ kinds: [] });
  const shown: (string | null)[] = [];
  const notices: string[] = [];
  const opening: (() => void)[] = [];
  const deps: Deps = {
    ...bench.deps,
    isStdoutTty: changes.isStdoutTty ?? false,
    terminal: {
      ...bench.deps.terminal,
      isStderrTty: changes.isStderrTty ?? true,
      notice: (text) => void notices.push(text),
      progress: async (text) => {
        await new Promise<void>((resolve) => opening.push(resolve));
        shown.push(text);
        return { update: (next) => shown.push(next), stop: () => shown.push(null) };
      },
    },
  };
  /** Lets a line that is about to open appear. */
  const open = async () => {
    for (const resolve of opening.splice(0)) resolve();
    await new Promise(setImmediate);
  };
  return { progress: new CallProgress(deps), clock: bench.clock, shown, notices, open };
}
const minute = { kind: 'rate_limit', ms: 42_300, reason: 'minute' } as const;

it('shows nothing of a call that is quick', async () => {
  const { progress, shown, open, clock } = await setUp();
  clock.advance(100);
  progress.add(50);
  await open();
  expect(shown).toEqual([]);
});

it('shows rows and rows a second of a long one', async () => {
  const { progress, shown, open, clock } = await setUp();
  clock.advance(2_000);
  progress.add(50);
  await open();
  clock.advance(2_000);
  progress.add(50);
  expect(shown).toEqual(['50 rows, 25 a second', '100 rows, 25 a second']);
});

it('counts down a wait for the rate limit, and says why it waits', async () => {
  const { progress, shown, open } = await setUp();
  progress.onPause(minute);
  await open();
  progress.onPause({ ...minute, ms: 41_300 });
  expect(shown).toEqual([
    'rate limit reached (requests per minute); resuming in 43s',
    'rate limit reached (requests per minute); resuming in 42s',
  ]);
});

it('does not flicker for a wait of some milliseconds', async () => {
  const { progress, shown, open } = await setUp();
  progress.onPause({ kind: 'rate_limit', ms: 30, reason: 'in_flight' });
  await open();
  expect(shown).toEqual([]);
});

it('leaves the line to the rows where they are printed on the same terminal', async () => {
  const { progress, shown, open } = await setUp({ isStdoutTty: true });
  progress.onPause(minute);
  await open();
  progress.add(50);
  expect(shown.at(-1)).toBeNull();
});

it('takes away a line that opens after its time', async () => {
  const { progress, shown, open } = await setUp();
  progress.onPause(minute);
  progress.stop();
  await open();
  expect(shown.at(-1)).toBeNull();
});

describe('where stderr is not a terminal', () => {
  it('notes a long wait once, though it is called every second', async () => {
    const { progress, clock, shown, notices, open } = await setUp({ isStderrTty: false });
    for (let ms = 42_300; ms > 0; ms -= 1_000) {
      progress.onPause({ ...minute, ms });
      clock.advance(1_000);
    }
    await open();
    expect(notices).toEqual(['note: rate limit reached (requests per minute); resuming in 43s']);
    expect(shown).toEqual([]);
  });

  it('notes the next long wait as well, and no short one', async () => {
    const { progress, clock, notices } = await setUp({ isStderrTty: false });
    const outcomes = [{ status: 503, headers: [], body: new Uint8Array() }, new HttpFailure('reset', 'a.test', false)];
    for (const ms of [4_000, 8_000, 16_000]) {
      for (const outcome of outcomes) {
        progress.onPause({ kind: 'retry', outcome, ms });
        clock.advance(ms);
      }
    }
    expect(notices).toEqual([
      'note: HTTP 503; retrying in 8s',
      'note: connection closed before the response was complete; retrying in 8s',
      'note: HTTP 503; retrying in 16s',
      'note: connection closed before the response was complete; retrying in 16s',
    ]);
  });
});

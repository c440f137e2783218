import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { resourceCommand } from '../../src/commands/api/resource.ts';
import { openSharedLog } from '../../src/platform/store/shared-log.ts';
import { apiBench, collect, resourceOf } from '../support/api/deps.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'revento-parallel-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Ten runs of `participants list --all` at once, each with a log of its own on the same files, as processes have. */
async function tenRuns(participants: number) {
  const statuses: number[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  const bench = await apiBench({
    sandbox: { participants },
    exchange: (inner) => async (request) => {
      mostInFlight = Math.max(mostInFlight, ++inFlight);
      // Answers take a turn of the event loop, so that requests overlap.
      await new Promise(setImmediate);
      const answer = await inner(request);
      inFlight--;
      statuses.push(answer.status);
      return answer;
    },
  });
  // Time goes by only where somebody waits, and every waiting run sees it go by.
  const { sleep } = bench.clock;
  bench.clock.sleep = async (ms, signal) => {
    await new Promise(setImmediate);
    return sleep(Math.min(ms, 20), signal);
  };
  const startedMs = bench.clock.now();
  const list = resourceCommand(resourceOf('participants list'));
  const runs = await Promise.all(
    Array.from({ length: 10 }, () => {
      const log = openSharedLog(join(directory, 'pace', 'login'), bench.clock);
      return collect(list.run({ all: true, maxWait: '1h' }, { ...bench.deps, sharedLog: async () => log }));
    }),
  );
  const rows = runs.map(({ items }) => items.flatMap((item) => (item.kind === 'rows' ? item.rows : [])).length);
  return { runs, rows, statuses, mostInFlight, elapsedMs: bench.clock.now() - startedMs };
}

it('ten runs at once that fit into a minute draw no refusal and do not wait a minute', async () => {
  const { runs, rows, statuses, elapsedMs } = await tenRuns(150);
  expect(runs.map(({ failure }) => failure)).toEqual(Array(10).fill(null));
  expect(rows).toEqual(Array(10).fill(150));
  expect(statuses).toEqual(Array(30).fill(200));
  expect(elapsedMs).toBeLessThan(60_000);
});

it('ten runs at once that need four minutes draw no refusal either', async () => {
  const { rows, statuses, mostInFlight, elapsedMs } = await tenRuns(600);
  expect(rows).toEqual(Array(10).fill(600));
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  expect(statuses).toHaveLength(120);
  expect(mostInFlight).toBeLessThanOrEqual(5);
  expect(elapsedMs).toBeGreaterThan(180_000);
  expect(elapsedMs).toBeLessThan(300_000);
});

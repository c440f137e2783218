import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/platform/process/clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { createSandbox } from '../../src/sandbox/server/app.ts';
import { stillClock } from '../support/fake-clock.ts';
import { integrationOf } from '../support/sandbox/client.ts';
import { until } from '../support/until.ts';

/** Three deliveries: the first is accepted at its third attempt, the others never. */
function begin(clock: Clock, retryScale: number) {
  const key = randomBytes(24).toString('hex');
  const order: string[] = [];
  const seen: string[] = [];
  const numberOf = (id: string) => (order.includes(id) ? order.indexOf(id) : order.push(id) - 1);
  const sandbox = createSandbox({
    clock,
    controlKey: key,
    webhook: {
      url: 'http://127.0.0.1:3000/',
      secret: key,
      retryScale,
      send: async ({ headers }) => {
        const number = numberOf(headers.find(([name]) => name === 'X-Revento-Delivery-Id')?.[1] ?? '');
        const attempts = seen.filter((line) => line.startsWith(`${number}:`)).length;
        return { status: number === 0 && attempts === 2 ? 204 : 500, headers: [], body: new Uint8Array() };
      },
    },
    onEvent: (entry) => {
      if (entry.type !== 'delivery') return;
      seen.push(`${numberOf(entry.delivery_id)}: attempt ${entry.attempt}, ${entry.state}`);
    },
  });
  const ask = (path: string, body: object) =>
    integrationOf(sandbox).send(
      'POST',
      `/_sandbox/v1${path}`,
      [['Authorization', `Bearer ${key}`]],
      JSON.stringify(body),
    );
  const start = async () => {
    for (const type of ['application.submitted', 'activity.updated', 'participant.registered']) {
      await ask('/trigger', { type });
    }
  };
  return { sandbox, ask, seen, start };
}

it('moving the clock does what waiting does, as often and in the same order', async () => {
  const moved = begin(stillClock(), 1);
  await moved.start();
  await moved.ask('/clock/advance', { ms: 86_400_000 });
  moved.sandbox.close();

  const waited = begin(systemClock, 0.0002);
  await waited.start();
  await until(() => waited.seen.filter((line) => line.endsWith('dead')).length === 2, 'two deliveries are given up');
  waited.sandbox.close();

  expect(moved.seen).toHaveLength(3 + 6 + 6);
  // Attempts that are due in the same moment may be answered in either order.
  for (const number of [0, 1, 2]) expect(attemptsOf(moved.seen, number)).toEqual(attemptsOf(waited.seen, number));
  expect(rounds(moved.seen)).toEqual(rounds(waited.seen));
});

const attemptsOf = (seen: readonly string[], number: number) => seen.filter((line) => line.startsWith(`${number}:`));

/** Which attempt came when, whichever delivery it belongs to. */
const rounds = (seen: readonly string[]) => seen.map((line) => /attempt (\d+)/.exec(line)?.[1]);

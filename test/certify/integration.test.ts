import { describe, expect, it } from 'vitest';
import { Integration } from '../../src/certify/integration.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Launched } from '../../src/ports/launched.ts';
import { fakeClock, stillClock } from '../support/fake-clock.ts';

/** A program that runs until it is ended, with the status of SIGKILL. */
function endless(): Launched {
  let end: (status: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  return { isRunning: true, ended, drained: ended.then(() => undefined), end: async () => end(137) };
}

/** An integration that answers at its only URL as the function says. */
function integrationAt(statusAt: (ms: number) => number | null, clock: Clock = stillClock()) {
  const startedAt = clock.monotonic();
  return new Integration({
    ...{ launch: async () => endless(), clock, signal: new AbortController().signal, readyMs: 30_000 },
    ...{ command: ['server'], restartCommand: null, env: () => ({}), origins: [new URL('http://localhost:3000')] },
    ...{ onLine: () => {}, clean: (line: string) => line },
    http: async () => {
      const status = statusAt(clock.monotonic() - startedAt);
      if (status === null) throw new HttpFailure('refused', 'localhost:3000', true);
      return { status, headers: [], body: new Uint8Array() };
    },
  });
}

describe('an integration behind a proxy', () => {
  it('is ready once the proxy no longer answers in its place', async () => {
    const clock = fakeClock();
    await integrationAt((ms) => (ms < 100 ? null : ms < 3_000 ? 502 : 404), clock).restart();
    expect(clock.monotonic()).toBeGreaterThanOrEqual(3_000);
  });

  it('that answers 503 to this request all the time is ready in the end, and the next time at once', async () => {
    const clock = fakeClock();
    const integration = integrationAt(() => 503, clock);
    expect(await integration.restart()).toBeNull();
    const firstMs = clock.monotonic();
    expect(await integration.restart()).toBeNull();
    expect(clock.monotonic()).toBe(firstMs);
  });

  it('that is never there is not ready', async () => {
    expect(await integrationAt(() => null, fakeClock()).restart()).toMatch('did not answer at http://localhost:3000');
  });
});

it('ends a command that reads the API together with the integration', async () => {
  const integration = integrationAt(() => 404);
  await integration.restart();
  const status = integration.runCommand(
    ['sync'],
    (signal) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
  );
  await Promise.resolve();
  await integration.end(0);
  expect(await status).toBe(137);
});

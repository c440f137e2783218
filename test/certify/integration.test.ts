import { expect, it } from 'vitest';
import { Integration } from '../../src/certify/integration.ts';
import type { Launched } from '../../src/ports/launched.ts';
import { stillClock } from '../support/fake-clock.ts';

/** A program that runs until it is ended, with the status of SIGKILL. */
function endless(): Launched {
  let end: (status: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  return { isRunning: true, ended, drained: ended.then(() => undefined), end: async () => end(137) };
}

it('ends a command that reads the API together with the integration', async () => {
  const integration = new Integration({
    ...{ launch: async () => endless(), clock: stillClock(), signal: new AbortController().signal },
    ...{ command: ['server'], restartCommand: null, env: () => ({}), origins: [], readyMs: 0 },
    ...{ http: async () => Promise.reject(new Error('no request')), onLine: () => {}, clean: (line: string) => line },
  });
  await integration.start();
  const status = integration.runCommand(
    ['sync'],
    (signal) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
  );
  await Promise.resolve();
  await integration.end(0);
  expect(await status).toBe(137);
});

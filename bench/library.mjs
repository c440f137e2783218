// `revento/sandbox`: the time to start the first and the next sandbox in a running process such as a test suite, as a
// ratio to starting Node itself. 50 ms is about 2.6 times that.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { race, runAlone, timeOf } from './kit.mjs';

export const title = 'Library';

const library = join(import.meta.dirname, '../dist/library/sandbox.cjs');
const bare = 'node -e 0';

/** Test runners have already loaded these. */
const script = (before) => `
  for (const name of ['http', 'crypto', 'net', 'url', 'fs/promises']) require('node:' + name);
  (async () => {
    ${before}
    const startedAt = process.hrtime.bigint();
    const sandbox = await require(${JSON.stringify(library)}).startSandbox();
    console.log(Number(process.hrtime.bigint() - startedAt) / 1e6);
    await sandbox.close();
  })();`;

const started = (name, bar, before = '') => ({
  name,
  bar,
  measure: async () => Number(execFileSync(execPath, ['-e', script(before)], { encoding: 'utf8' })),
});

export async function run({ rounds = 20 } = {}) {
  return race({
    title: 'Library: startSandbox() in a running process',
    rounds,
    baseline: bare,
    contestants: [
      { name: bare, measure: () => timeOf({ name: bare, command: [execPath, '-e', '0'] }) },
      started('the first, including loading the library', 2.6),
      started('the next', 0.5, `await (await require(${JSON.stringify(library)}).startSandbox()).close();`),
    ],
  });
}

await runAlone(import.meta, run);

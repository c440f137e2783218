// Runs the tests that play at random, for as long as they are asked to. Kills processes of the built program while they
// refresh one login, and checks that it is only lost in the one way that cannot be avoided. Then plays random sequences
// of steps on the sandbox, and checks that API, deliveries and saved state agree. Then certifies every mutant several
// times: each must break its own rule and no other. Then checks handlers by their effects: every run must have the same
// verdict.
// `node scripts/chaos.mjs [--rounds 100] [--seed N] [--runs 2000] [--mutants 10] [--effects 50]`
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(randomInt(2 ** 32)) },
    runs: { type: 'string', default: '2000' },
    mutants: { type: 'string', default: '10' },
    effects: { type: 'string', default: '50' },
  },
});
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What is played, the tests that play it, and how often. */
const suites = [
  {
    title: `${values.rounds} rounds of kills, with the seed ${values.seed}`,
    tests: ['--project', 'bin', 'test/bin/refresh/chaos.test.ts'],
    env: { REVENTO_CHAOS_ROUNDS: values.rounds, REVENTO_CHAOS_SEED: values.seed },
  },
  {
    title: `${values.runs} sequences of steps on a sandbox`,
    tests: ['--project', 'flow', 'test/flow/sandbox-model.test.ts'],
    env: { REVENTO_MODEL_RUNS: values.runs },
  },
  {
    title: `${values.mutants} runs of every mutant`,
    tests: ['--project', 'bin', 'test/bin/certify/mutants.test.ts'],
    env: { REVENTO_MUTANT_RUNS: values.mutants },
  },
  {
    title: `${values.effects} runs of every way to remember deliveries`,
    tests: ['--project', 'unit', 'test/webhook/effects/cases.test.ts'],
    env: { REVENTO_EFFECT_RUNS: values.effects },
  },
];

// All of them, whatever the others say.
for (const { title, tests, env } of suites) {
  console.log(title);
  const { status } = spawnSync('npx', ['vitest', 'run', ...tests], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}

// Kills processes of the built program at random moments while they refresh one login, and checks that it is only lost
// in the one way that cannot be avoided. Then plays random sequences of steps on the sandbox, and checks that API,
// deliveries and saved state agree. Then certifies every mutant several times: each must break its own rule and no
// other. Then checks handlers by their effects: every run must have the same verdict.
// `node scripts/chaos.mjs [--rounds 100] [--seed N] [--runs 2000] [--mutants 10] [--effects 50]`
import { execFileSync, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(randomInt(2 ** 32)) },
    processes: { type: 'string', default: '12' },
    kills: { type: 'string', default: '6' },
    runs: { type: 'string', default: '2000' },
    mutants: { type: 'string', default: '10' },
    effects: { type: 'string', default: '50' },
  },
});
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const directory = await mkdtemp(join(tmpdir(), 'revento-chaos-'));
try {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--out', join(directory, 'dist')], { cwd: root });
  await cp(join(root, 'bin'), join(directory, 'bin'), { recursive: true });
  await cp(join(root, 'package.json'), join(directory, 'package.json'));
  process.env['REVENTO_TEST_PROGRAM'] = join(directory, 'bin/revento.js');

  const program = join(root, 'test/chaos/.chaos.mjs');
  const bundle = await rolldown({ input: join(root, 'test/chaos/chaos.ts'), cwd: root, platform: 'node' });
  await bundle.write({ file: program, format: 'esm' });
  await bundle.close();
  const { chaos } = await import(pathToFileURL(program).href).finally(() => rm(program));

  console.log(
    `seed ${values.seed}: ${values.rounds} rounds of ${values.processes} processes, up to ${values.kills} of them killed`,
  );
  const broken = await chaos({
    seed: Number(values.seed),
    rounds: Number(values.rounds),
    processes: Number(values.processes),
    kills: Number(values.kills),
    print: (line) => console.log(line),
  });
  for (const line of broken) console.error(line);

  console.log(`${values.runs} sequences of steps on a sandbox`);
  const played = spawnSync('npx', ['vitest', 'run', '--project', 'flow', 'test/flow/sandbox-model.test.ts'], {
    cwd: root,
    env: { ...process.env, REVENTO_MODEL_RUNS: values.runs },
    stdio: 'inherit',
  });
  console.log(`${values.mutants} runs of every mutant`);
  const graded = spawnSync('npx', ['vitest', 'run', '--project', 'bin', 'mutants.test.ts'], {
    cwd: root,
    env: { ...process.env, REVENTO_MUTANT_RUNS: values.mutants },
    stdio: 'inherit',
  });
  console.log(`${values.effects} runs of every way to remember deliveries`);
  const judged = spawnSync('npx', ['vitest', 'run', '--project', 'unit', 'test/webhook/effects/cases.test.ts'], {
    cwd: root,
    env: { ...process.env, REVENTO_EFFECT_RUNS: values.effects },
    stdio: 'inherit',
  });
  const isFine = [played, graded, judged].every(({ status }) => status === 0);
  process.exitCode = broken.length === 0 && isFine ? 0 : 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

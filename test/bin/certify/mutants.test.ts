import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { exampleLacks, mutants, type Program, programs } from '../../support/certify/mutants.ts';
import { freePort } from '../../support/http/free-port.ts';
import { root } from '../../support/program/build.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

/** All of them take minutes: `npm run chaos` asks for that. */
const asked = process.env['REVENTO_MUTANT_RUNS'];
/** A run that waits for effects that never come takes half a minute on an idle machine. */
const limitMs = 600_000;
vi.setConfig({ testTimeout: limitMs });
const runs = Number(asked ?? 1);
const seeds = ['1', '2026'];
const chosen = mutants.filter(({ isQuick }) => asked !== undefined || isQuick);

/** What is not installed, as an addition to a name; empty when all is. */
function lackOf(program: Program): string {
  const { probe, packages } = programs[program];
  const [command = '', ...args] = probe;
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0 ? '' : ` (not installed: ${packages})`;
}

/** Has an integration graded; the rules that it broke, and those that nothing was seen of. */
async function grade(program: Program, mutant: string, seed: string, hasTraces = false, variables = {}) {
  const rig = new ProgramRig();
  try {
    const data = join(rig.home, 'golden');
    mkdirSync(data);
    const port = await freePort();
    const at = (path: string) => `http://127.0.0.1:${port}${path}`;
    const hooks = [
      ...['--connect', at('/connect?event_id={event}'), '--sync', at('/sync?event_id={event}')],
      ...['--webhook', at('/webhooks/revento'), '--restart'],
      // The other two have no participants.
      ...(program === 'node' ? ['--login', at('/login?event_id={event}')] : []),
    ];
    const { command, file, effects } = programs[program];
    const shown = effects === null || !hasTraces ? [] : [...effects(at('')), '--data', data];
    const { stdout, stderr } = await rig.run(
      ['certify', ...hooks, ...shown, '--seed', seed, '--format', 'json', '--', ...command, join(root, file)],
      {
        env: { PORT: `${port}`, GOLDEN_HOME: data, REQUESTS_A_MINUTE: '100000', MUTANT: mutant, ...variables },
        limitMs,
      },
    );
    const { cases } = JSON.parse(stdout) as { cases: readonly { id: string; outcome: string }[] };
    // Each case of `webhook check` is listed beside the rule.
    const rules = cases.filter(({ id }) => !id.includes(':'));
    const of = (...wanted: readonly string[]) =>
      rules.filter((one) => wanted.includes(one.outcome)).map(({ id }) => id);
    return { broken: of('fail', 'warn'), unseen: of('skip'), stderr };
  } finally {
    await rig.close();
  }
}

const lacks = { node: lackOf('node'), python: lackOf('python'), flask: lackOf('flask') };

const itIfThere = (program: Program) => it.skipIf(lacks[program] !== '').concurrent;

itIfThere('flask')(`the example of the guide lacks what its page leaves out${lacks.flask}`, async () => {
  const { broken, stderr } = await grade('flask', '', '1');
  expect(broken, stderr).toEqual(exampleLacks);
});

/** Correct in an unusual way, and what cannot be seen of it; these take minutes, too. */
const unusual =
  asked === undefined
    ? []
    : ([
        ['refreshes by its own clock alone', { VARIANT: 'refreshes-ahead' }, ['expired-once', 'message-ignored']],
        ['pauses to stay below the rate limit', { REQUESTS_A_MINUTE: '30' }, []],
      ] as const);

it.concurrent.each(unusual)('an integration that %s breaks no rule', async (_, variables, unseen) => {
  expect(await grade('node', '', '1', true, variables)).toEqual({ broken: [], unseen, stderr: '' });
});

for (let run = 0; run < runs; run++) {
  const seed = seeds[run % seeds.length] ?? '1';
  for (const program of ['node', 'python'] as const) {
    const golden = `the golden integration in ${program} `;
    const suffix = `, seed ${seed}, run ${run + 1}${lacks[program]}`;

    itIfThere(program)(`${golden}breaks no rule, and leaves none unseen${suffix}`, async () => {
      expect(await grade(program, '', seed, true)).toEqual({ broken: [], unseen: [], stderr: '' });
    });

    const own = chosen.filter((one) => one.program === program);
    itIfThere(program).each(own.map(({ mutant, rules, hasTraces }) => [mutant, rules, hasTraces] as const))(
      `${golden}breaks its own rule, and no other, with the mistake %s${suffix}`,
      async (mutant, rules, hasTraces) => {
        const { broken, stderr } = await grade(program, mutant, seed, hasTraces);
        expect(broken, stderr).toEqual(rules);
      },
    );
  }
}

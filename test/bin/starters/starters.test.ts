import { randomInt } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { starterFor, starters } from '../../../src/starters/starters.ts';
import { withReason } from '../../support/program/needs.ts';
import { KillDrill } from '../../support/starters/kill-drill.ts';
import { oneRefreshEach, race } from '../../support/starters/race-drill.ts';
import { notRunRows, starterRows } from '../../support/starters/rows.ts';
import { StarterRun } from '../../support/starters/starter-run.ts';

/** So many are tried at a time: one waits while another works. */
const width = 2;
const runs: StarterRun[] = [];
for (const row of starterRows) runs.push(new StarterRun(row, runs.at(-width)?.closed ?? Promise.resolve()));

it('there is a row for each starter, in each of its frameworks', () => {
  const all = starters.flatMap(({ language, frameworks }) => frameworks.map(({ name }) => `${language} ${name}`));
  const rows = [...starterRows, ...notRunRows].map(({ language, framework }) => `${language} ${framework}`);
  expect(rows.sort()).toEqual(all.sort());
});

for (const row of notRunRows) {
  it(`the starter in ${row.language} with ${row.framework}, which is not run here, is listed as untested`, ({
    task,
  }) => {
    task.meta.starter = row;
    expect(starterFor(row.language)?.untested).toEqual(expect.any(String));
  });
}

// Their time includes that of those before them.
describe.concurrent.each(runs)('the starter in $row.language with $row.framework', { timeout: 900_000 }, (run) => {
  const { lack, style, test } = run.row;
  const steps = it.skipIf(lack !== null);

  afterAll(() => run.close());

  steps(
    withReason('passes its own tests, formatter and linter, and does at a sandbox what the guide asks', lack),
    ({ task }) =>
      run.step('tests', task.meta, async () => {
        const rig = await run.rig();
        if (style !== undefined) expect(await rig.shell(style)).toEqual({ status: 0, stdout: '', stderr: '' });
        const { status, stdout, stderr } = await rig.tests(test);
        expect({ status, stdout, stderr }).toMatchObject({ status: 0, stderr: expect.stringMatching(/, 0 broken, /) });
        return 'passed';
      }),
  );

  steps(withReason('gets full marks from webhook check, without a warning', lack), ({ task }) =>
    run.step('check', task.meta, async () => {
      const [rig, stage] = [await run.rig(), await run.stage()];
      await stage.launch();
      const { stdout } = await rig.program(['webhook', 'check', `${rig.port}`, '--json'], stage.env);
      await stage.kill();
      const { passed, cases, ...others } = report(stdout);
      expect({ ...others, missing: cases.length - passed }).toMatchObject(flawless);
      return `${passed}/${cases.length}`;
    }),
  );

  steps(withReason('holds every rule of certify, and none goes unseen', lack), ({ task }) =>
    run.step('certify', task.meta, async () => {
      const { status, stdout, stderr } = await (await run.rig()).program(['certify', '--json']);
      expect({ status, stderr }).toMatchObject({ status: 0 });
      const { passed, cases, ...others } = report(stdout);
      expect({ ...others, missing: cases.length - passed }).toMatchObject(flawless);
      expect(passed).toBeGreaterThan(100);
      return `${passed}/${cases.length}`;
    }),
  );

  steps(withReason('refreshes once for many syncs, in one process and in two', lack), ({ task }) =>
    run.step('race', task.meta, async () => {
      const stage = await run.stage();
      for (const processes of [1, 2]) expect(await race(stage, processes), `${processes}`).toEqual(oneRefreshEach);
      return '1 refresh';
    }),
  );

  steps(withReason('loses nothing and repeats no work, killed at any moment', lack), ({ task }) =>
    run.step('kills', task.meta, async () => {
      const seed = randomInt(2 ** 31);
      const found = await new KillDrill(await run.stage(), await run.data()).run(seed);
      expect(found, `seed ${seed}`).toMatchObject({ endings: [], after: [200], lost: [], repeated: 0 });
      return `${found.kills} (seed ${seed})${found.inRefresh > 0 ? `, ${found.inRefresh} in a refresh` : ''}`;
    }),
  );
});

const flawless = { warned: 0, failed: 0, skipped: 0, missing: 0 };

interface Report {
  readonly passed: number;
  readonly warned: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cases: readonly unknown[];
}

const report = (json: string): Report => JSON.parse(json) as Report;

import { randomInt } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { starterFor, starters } from '../../../src/starters/starters.ts';
import { withReason } from '../../support/program/needs.ts';
import { KillDrill } from '../../support/starters/kill-drill.ts';
import type { Step } from '../../support/starters/matrix.ts';
import { oddRequestCount, wronglyAnswered } from '../../support/starters/odd-requests.ts';
import { oneRefreshEach, race } from '../../support/starters/race-drill.ts';
import { notRunRows, starterRows } from '../../support/starters/rows.ts';
import { StarterRun } from '../../support/starters/starter-run.ts';

/** A step of a slow language on a slow machine, and the one before it. */
const timeoutMs = 300_000;

const runs = starterRows.map((row) => new StarterRun(row));
afterAll(() => Promise.all(runs.map((run) => run.close())));

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

/** What is done with each starter, in this order. */
const steps: readonly (readonly [step: Step, title: string, work: (run: StarterRun) => Promise<string>])[] = [
  ['tests', 'passes its own tests, formatter and linter, and does at a sandbox what the guide asks', ownTests],
  ['check', 'gets full marks from webhook check, without a warning', check],
  ['answers', 'answers odd requests as every other one does', answers],
  ['certify', 'holds every rule of certify, and none goes unseen', certify],
  ['race', 'refreshes once for many syncs, in one process and in two', races],
  ['kills', 'loses nothing and repeats no work, killed at any moment', kills],
];

// Step by step: several starters are in a step at the same time, and each takes its own steps one after the other.
for (const [step, title, work] of steps) {
  for (const run of runs) {
    const { language, framework, lack } = run.row;
    it.skipIf(lack !== null).concurrent(
      withReason(`the starter in ${language} with ${framework} ${title}`, lack),
      ({ task }) => run.step(step, task.meta, () => work(run)),
      timeoutMs,
    );
  }
}

async function ownTests(run: StarterRun): Promise<string> {
  const { style, test } = run.row;
  const rig = await run.rig();
  if (style !== undefined) expect(await rig.shell(style)).toEqual({ status: 0, stdout: '', stderr: '' });
  const { status, stdout, stderr } = await rig.tests(test);
  expect({ status, stdout, stderr }).toMatchObject({ status: 0, stderr: expect.stringMatching(/, 0 broken, /) });
  return 'passed';
}

async function check(run: StarterRun): Promise<string> {
  const [rig, stage] = [await run.rig(), await run.stage()];
  await stage.launch();
  const { stdout } = await rig.program(['webhook', 'check', `${rig.port}`, '--json'], stage.env);
  await stage.kill();
  return fullMarks(stdout);
}

async function answers(run: StarterRun): Promise<string> {
  const stage = await run.stage();
  await stage.launch();
  const wrong = await wronglyAnswered(stage);
  await stage.kill();
  expect(wrong).toEqual([]);
  return `${oddRequestCount} alike`;
}

async function certify(run: StarterRun): Promise<string> {
  const { status, stdout, stderr } = await (await run.rig()).program(['certify', '--json']);
  // 3: rules were broken, and the report says which.
  expect({ status, stderr }).toMatchObject({ status: expect.toSatisfy((one) => one === 0 || one === 3) });
  const marks = fullMarks(stdout);
  expect(status).toBe(0);
  return marks;
}

async function races(run: StarterRun): Promise<string> {
  const stage = await run.stage();
  for (const processes of [1, 2]) expect(await race(stage, processes), `${processes}`).toEqual(oneRefreshEach);
  return '1 refresh';
}

async function kills(run: StarterRun): Promise<string> {
  const seed = randomInt(2 ** 31);
  const found = await new KillDrill(await run.stage(), await run.data()).run(seed);
  expect(found, `seed ${seed}`).toMatchObject({ endings: [], after: [200], lost: [], repeated: 0 });
  return `${found.kills} (seed ${seed})${found.inRefresh > 0 ? `, ${found.inRefresh} in a refresh` : ''}`;
}

/** Of a report in which every case passed, how many there are. */
function fullMarks(json: string): string {
  const { passed, warned, failed, skipped, cases } = JSON.parse(json) as Report;
  expect(cases.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
  expect({ warned, failed, skipped }).toEqual({ warned: 0, failed: 0, skipped: 0 });
  expect(passed).toBe(cases.length);
  expect(passed).toBeGreaterThan(20);
  return `${passed}/${cases.length}`;
}

interface Report {
  readonly passed: number;
  readonly warned: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cases: readonly { readonly outcome: string }[];
}

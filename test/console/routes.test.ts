import { beforeEach, describe, expect, it } from 'vitest';
import { ControlRefusal } from '../../src/console/control-port.ts';
import { createConsoleRoutes } from '../../src/console/routes.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import type { Exchange, HttpResponse } from '../../src/ports/exchange.ts';
import type { Played } from '../../src/sandbox/scenario/play.ts';
import { createSandbox } from '../../src/sandbox/server/app.ts';

/** Steps that have been played, in order, of all runs. */
let played: string[];
/** Lets the step that is being played go on. */
let finish: () => void;
let routes: Exchange;

/** Two steps, each of which takes until it is let go on; the sandbox refuses the second of `refused`. */
async function* steps(name: string): AsyncGenerator<Played, void, void> {
  for (const number of [1, 2]) {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    if (name === 'refused' && number === 2) throw new ControlRefusal(409, 'nobody_fits', 'nobody fits');
    played.push(`${name} ${number}`);
    yield { number, kind: 'do', title: '', outcome: 'pass', wanted: '', got: '', durationMs: 0 };
  }
}

beforeEach(() => {
  played = [];
  finish = () => undefined;
  const control = createSandbox({ clock: systemClock, controlKey: 'key' }).control;
  if (control === null) throw new Error('the sandbox has no control');
  routes = createConsoleRoutes({
    ...{ clock: systemClock, address: 'http://127.0.0.1:4010', command: 'revento sandbox' },
    control: { ask: async (name, params) => control.do(name, params) },
    scenarios: async () => [],
    begin: async (name) => (name === 'unknown' ? null : steps(name)),
    onRotated: async () => undefined,
  });
});

const post = (path: string, value: object): Promise<HttpResponse> =>
  routes({
    ...{ method: 'POST', url: `/console${path}`, headers: [['Content-Type', 'application/json']] },
    body: Buffer.from(JSON.stringify(value)),
  });
const jsonOf = ({ body }: HttpResponse) => JSON.parse(Buffer.from(body).toString());

async function start(name: string): Promise<number> {
  return jsonOf(await post('/scenario', { name })).run;
}

/** Plays a step to its end. */
async function step(run: number): Promise<HttpResponse> {
  const answer = post('/step', { run });
  finish();
  return answer;
}

describe('two pages with one scenario', () => {
  it('play each step once, however close together they click', async () => {
    const run = await start('welcome');
    const first = post('/step', { run });
    const second = await post('/step', { run });
    expect([second.status, jsonOf(second).error.code]).toEqual([409, 'busy']);
    finish();
    expect(jsonOf(await first).played).toMatchObject({ number: 1, outcome: 'pass' });
    expect(jsonOf(await step(run)).played).toMatchObject({ number: 2 });
    expect(jsonOf(await step(run)).played).toBeNull();
    expect(played).toEqual(['welcome 1', 'welcome 2']);
  });

  it('cannot start another one in the middle of a step', async () => {
    const run = await start('welcome');
    const first = post('/step', { run });
    const other = await post('/scenario', { name: 'other' });
    expect([other.status, jsonOf(other).error.code]).toEqual([409, 'busy']);
    finish();
    await first;
    expect(jsonOf(await step(run)).played).toMatchObject({ number: 2 });
  });

  it('learn that the other page started over, and do not play the steps of its run', async () => {
    const mine = await start('welcome');
    const theirs = await start('welcome');
    const answer = await step(mine);
    expect([answer.status, jsonOf(answer).error.code]).toEqual([409, 'other_run']);
    expect(played).toEqual([]);
    expect(jsonOf(await step(theirs)).played).toMatchObject({ number: 1 });
  });

  it('keep the run when a name is unknown', async () => {
    const run = await start('welcome');
    expect((await post('/scenario', { name: 'unknown' })).status).toBe(404);
    expect(jsonOf(await step(run)).played).toMatchObject({ number: 1 });
  });

  it('can go on after a step that the sandbox refused', async () => {
    const run = await start('refused');
    await step(run);
    const answer = await step(run);
    expect([answer.status, jsonOf(answer).error.code]).toEqual([409, 'nobody_fits']);
    expect(jsonOf(await step(await start('welcome'))).played).toMatchObject({ number: 1 });
  });
});

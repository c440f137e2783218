import fc from 'fast-check';
import { expect } from 'vitest';
import { loginSteps } from './login-steps.ts';
import { type Mirror, type Model, moves } from './model.ts';
import type { PlayedSandbox } from './played-sandbox.ts';
import { type Step, step } from './step.ts';

interface Happened {
  readonly happening: { readonly action: string; readonly subject: { readonly type: string; readonly id: string } };
}

/** Everything somebody may do with a sandbox, in any order. */
export const steps: fc.Arbitrary<Step>[] = [
  fc.record({ action: fc.constantFrom(...Object.keys(moves)), pick: fc.nat(40) }).map(actOnSomebody),
  fc.constantFrom('apply', ...Object.keys(moves)).map(actOnAnybody),
  fc.record({ action: fc.constantFrom('edit-activity', 'fill', 'free'), pick: fc.nat(400) }).map(actOnActivity),
  fc.constantFrom('application.submitted', 'application.rejected', 'participant.registered').map(trigger),
  fc.constantFrom(1_000, 4_000, 10_000, 61_000, 3_600_000, 91 * 24 * 3_600_000).map(advance),
  fc.constantFrom('suspend', 'archive', 'reinstate').map(actOnTheWhole),
  fc.boolean().map(turnHandler),
  fc.constantFrom('webhook:dropx1', 'webhook:twicex2', 'webhook:signaturex1', 'webhook:stalex1').map(fault),
  fc.nat(40).map(redeliver),
  fc.constant(step('restart', restart)),
  ...loginSteps,
];

function actOnSomebody({ action, pick }: { readonly action: string; readonly pick: number }): Step {
  return step(`${action} number ${pick}`, async (model, real) => {
    const ids = [...model.people.keys()];
    const id = ids[pick % ids.length] ?? '';
    const answer = await real.ask('POST', '/do', { action, ids: [id] });
    expect([action, id, model.people.get(id), answer.status]).toEqual([
      action,
      id,
      model.people.get(id),
      model.fits(action, id) ? 200 : 409,
    ]);
    if (answer.status === 200) model.moved(action, id);
  });
}

function actOnAnybody(action: string): Step {
  return step(action, async (model, real) => {
    const fits = action === 'apply' || [...model.people.keys()].some((id) => model.fits(action, id));
    const answer = await real.ask('POST', '/do', { action });
    expect([action, answer.status]).toEqual([action, fits ? 200 : 409]);
    for (const { happening } of (answer['happened'] ?? []) as Happened[]) follow(model, happening);
  });
}

function actOnActivity({ action, pick }: { readonly action: string; readonly pick: number }): Step {
  return step(`${action} number ${pick}`, async (model, real) => {
    const ids = [...model.activities.keys()];
    const id = ids[pick % ids.length] ?? '';
    const state = model.activities.get(id) ?? '';
    const fits = action === 'edit-activity' || (action === 'fill' ? state !== 'full' : state !== 'available');
    const answer = await real.ask('POST', '/do', { action, ids: [id] });
    expect([action, state, answer.status]).toEqual([action, state, fits ? 200 : 409]);
    if (!fits) return;
    if (action !== 'edit-activity') model.activities.set(id, action === 'fill' ? 'full' : 'available');
    if (model.isSuspended) model.untold.add(id);
    else if (action === 'edit-activity') model.untold.delete(id);
    // The notice of the others comes 5 s later, and is lost when the integration is suspended by then.
    else model.waiting.add(id);
  });
}

function actOnTheWhole(action: string): Step {
  return step(action, async (model, real) => {
    const isSuspension = action === 'suspend' || (action === 'reinstate' && model.isSuspended);
    const fits = action === 'suspend' ? !model.isSuspended : action === 'archive' ? !model.isArchived : anyEnded(model);
    const id = isSuspension ? 'integration' : 'evt_test_published';
    const answer = await real.ask('POST', '/do', { action, ids: [id] });
    expect([action, answer.status]).toEqual([action, fits ? 200 : 409]);
    if (!fits) return;
    if (action === 'archive') model.isArchived = true;
    else if (action === 'suspend') model.isSuspended = true;
    else if (isSuspension) model.isSuspended = false;
    else model.isArchived = false;
    if (action === 'suspend') for (const one of model.waiting) model.untold.add(one);
  });
}

const anyEnded = (model: Model) => model.isSuspended || model.isArchived;

function trigger(type: string): Step {
  const run = async (model: Model, real: PlayedSandbox) => {
    const answer = await real.ask('POST', '/trigger', { type });
    expect(answer.status).toBe(202);
    const happened = answer['happened'] as Happened['happening'][];
    expect(happened.length).toBeGreaterThan(0);
    for (const happening of happened) follow(model, happening);
  };
  // A suspended integration is sent samples only.
  return step(`trigger ${type}`, run, (model) => !model.isSuspended);
}

function follow(model: Model, { action, subject }: Happened['happening']): void {
  if (action !== 'apply')
    expect([action, model.people.get(subject.id), model.fits(action, subject.id)]).toContain(true);
  else expect(model.people.has(subject.id)).toBe(false);
  model.moved(action, subject.id);
}

function advance(ms: number): Step {
  return step(`advance ${ms} ms`, async (model, real) => {
    const before = (await real.ask('GET', '/clock'))['now'];
    const answer = await real.ask('POST', '/clock/advance', { ms });
    expect(Date.parse(String(answer['now'])) - Date.parse(String(before))).toBe(ms);
    if (ms > 5_000) model.waiting.clear();
  });
}

function turnHandler(isDown: boolean): Step {
  return step(isDown ? 'the handler goes down' : 'the handler works', async (_model, real) => {
    real.isHandlerDown = isDown;
  });
}

function fault(text: string): Step {
  return step(`fault ${text}`, async (_model, real) => {
    expect((await real.ask('POST', '/faults', { add: [text] })).status).toBe(200);
  });
}

function redeliver(pick: number): Step {
  return step(`redeliver number ${pick}`, async (_model, real) => {
    const all = real.deliveries();
    if (all.length === 0) return;
    const answer = await real.ask('POST', `/deliveries/${all[pick % all.length]?.delivery_id}/redeliver`);
    expect(answer.status).toBe(202);
  });
}

async function restart(_model: Model, real: PlayedSandbox): Promise<void> {
  const { before, after } = real.restart();
  expect(after).toEqual(before);
}

/** What must hold in the end, whatever was done. */
export async function judge(model: Model, real: PlayedSandbox, mirror: Mirror): Promise<void> {
  for (const id of ['integration', 'evt_test_published']) {
    const isEnded = id === 'integration' ? model.isSuspended : model.isArchived;
    if (isEnded) await real.ask('POST', '/do', { action: 'reinstate', ids: [id] });
  }
  await real.catchUp();
  for (const one of real.deliveries()) expect([one.delivery_id, one.state]).toEqual([one.delivery_id, 'delivered']);
  for (const one of real.acknowledged()) mirror.take(one);

  const people = await real.list('participants');
  expect(people.map((row) => [row['id'], row['application_status']])).toEqual([...model.people]);
  const activities = await real.list('activities');
  expect(activities.map((row) => [row['id'], row['capacity_state']])).toEqual([...model.activities]);
  for (const [rows, known] of [
    [people, mirror.people],
    [activities, mirror.activities],
  ] as const) {
    for (const row of rows) {
      const id = String(row['id']);
      // Only reported changes are known; they must be true.
      if (!model.untold.has(id)) expect(row).toMatchObject(known.get(id) ?? { 'never told': id });
    }
  }
}

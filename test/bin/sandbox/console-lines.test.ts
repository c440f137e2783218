import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answered, Askable } from '../../../src/console/model/wire.ts';
import type { ParamsOf, ResultOf } from '../../../src/sandbox/control/operations.ts';
import { lackOf, withReason } from '../../support/program/needs.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { startLine } from '../../support/program/start-words.ts';
import { closeHandlers, handler } from '../../support/webhook/handler.ts';

const reason = lackOf('curl');
const rig = new ProgramRig();
let base: string;
let key: string;
/** As `sandbox env` sets them. */
let variables: Readonly<Record<string, string>>;

beforeAll(async () => {
  if (reason !== null) return;
  const target = await handler(() => ({ status: 200 }));
  const running = rig.start(['sandbox', 'start', '--port', '0', '--auto-consent', '--webhook-url', target.url]);
  const [, address = ''] = await running.until('stderr', /^console: (\S+)$/m);
  [base = '', key = ''] = address.split('/console#key=');
  writeFileSync(join(rig.home, 'revento'), `#!/bin/sh\nexec ${startLine} "$@"\n`);
  chmodSync(join(rig.home, 'revento'), 0o755);
  variables = JSON.parse((await rig.run(['sandbox', 'env', '--format', 'json'])).stdout);
});
afterAll(async () => {
  await rig.close();
  await closeHandlers();
});

/** What the page does for a click, with what it shows then. */
async function click<Name extends Askable>(operation: Name, params: ParamsOf<Name>): Promise<Answered<Name>> {
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
  const body = JSON.stringify({ operation, params });
  const answer = await fetch(`${base}/console/ask`, { method: 'POST', headers, body });
  expect([operation, answer.status]).toEqual([operation, 200]);
  return (await answer.json()) as Answered<Name>;
}
const read = async <Name extends Askable>(operation: Name, params: ParamsOf<Name>) =>
  (await click(operation, params)).result;

/** Types a line into a shell after `eval "$(revento sandbox env)"`. */
async function type(line: string): Promise<void> {
  const env = { ...rig.env, ...variables, PATH: `${rig.home}:${rig.env['PATH']}` };
  await promisify(execFile)('sh', ['-c', line], { env, cwd: rig.home });
}

const people = async (status: ResultOf<'applications'>['applications'][number]['status']) =>
  (await read('applications', { status, limit: 3 })).applications.map(({ id }) => id);
const person = async (id: string) => {
  const [found] = (await read('applications', { search: id })).applications;
  return [found?.status, found?.name];
};
const activity = async (id: string) => {
  const found = (await read('activities', {})).activities.find((one) => one.id === id);
  return [found?.capacity_state, found?.signups];
};
const start = async (id: string) => (await read('activities', {})).activities.find((one) => one.id === id)?.starts_at;
const faults = async () => (await read('faults', {})).faults.map(({ fault }) => fault);
const held = async () => (await read('clock', {})).held;
const suspended = async () => (await read('status', {})).suspended;
async function isRotating(): Promise<boolean> {
  const headers = { Authorization: `Bearer ${variables['REVENTO_SANDBOX_KEY']}` };
  const { saved } = (await (await fetch(`${base}/_sandbox/v1/state`, { headers })).json()) as ResultOf<'save'>;
  return saved.deliveries?.signing.previous !== null;
}
const sent = async () => (await read('deliveries', {})).deliveries.length;
const consents = async () => (await read('status', {})).connections.length;
const consent = async (id: string) => {
  const found = (await read('consents', {})).consents.find((one) => one.id === id);
  return found?.revoked_at !== null;
};

interface Case {
  readonly name: string;
  readonly operation: Askable;
  readonly params: (subject: string) => object;
  /** Three of a kind: for the click, the command and the curl line. */
  readonly subjects?: () => Promise<readonly string[]>;
  /** What is equal afterward, whichever way it was done. */
  readonly look: (subject: string) => Promise<unknown>;
  /** Done before each of the three. */
  readonly before?: () => Promise<unknown>;
  /** Not the state itself but how far it went from where it was. */
  readonly isStep?: true;
}

const change = (action: string, status: Parameters<typeof people>[0], set?: object): Case => ({
  name: action,
  operation: 'do',
  params: (id) => ({ action, ids: [id], ...(set !== undefined && { set }) }),
  subjects: () => people(status),
  look: set === undefined ? async (id) => (await person(id))[0] : person,
});
const arrange = (action: string, state: string): Case => ({
  name: action,
  operation: 'do',
  params: (id) => ({ action, ids: [id] }),
  subjects: async () =>
    (await read('activities', {})).activities
      .filter(({ capacity_state: found }) => found === state)
      .slice(0, 3)
      .map(({ id }) => id),
  look: async (id) => (await activity(id))[0],
});
const name = { first_name: "O'Brien $(id)", last_name: '"x" `y` \\ 美咲' };

const cases: readonly Case[] = [
  change('request-revision', 'pending'),
  change('resubmit', 'revision_requested'),
  change('reject', 'pending'),
  change('approve', 'revision_requested'),
  change('register', 'approved'),
  change('cancel', 'approved'),
  change('edit-profile', 'approved', name),
  { name: 'apply', operation: 'do', params: () => ({ action: 'apply' }), look: sentAndApplied, isStep: true },
  arrange('fill', 'available'),
  arrange('free', 'full'),
  {
    name: 'edit-activity',
    operation: 'do',
    params: (id) => ({ action: 'edit-activity', ids: [id] }),
    subjects: async () => (await read('activities', {})).activities.slice(0, 3).map(({ id }) => id),
    look: async (id) => [Date.parse((await start(id)) ?? '')],
    isStep: true,
  },
  {
    name: 'connect',
    operation: 'do',
    params: () => ({ action: 'connect' }),
    look: async () => [await consents()],
    isStep: true,
  },
  {
    name: 'revoke',
    operation: 'do',
    params: (id) => ({ action: 'revoke', ids: [id] }),
    subjects: async () => {
      const found = (await read('consents', {})).consents.filter(({ revoked_at: at }) => at === null);
      return found.slice(0, 3).map(({ id }) => id);
    },
    look: consent,
  },
  {
    name: 'suspend',
    operation: 'do',
    params: () => ({ action: 'suspend' }),
    look: suspended,
    before: () => reinstated(),
  },
  {
    name: 'reinstate',
    operation: 'do',
    params: () => ({ action: 'reinstate' }),
    look: suspended,
    before: async () => (await suspended()) || click('do', { action: 'suspend' }),
  },
  {
    name: 'trigger',
    operation: 'trigger',
    params: () => ({ type: 'activity.updated' }),
    look: async () => [await sent()],
    // What the actions before it send comes late and would be counted.
    before: () => click('reset', { keep_logins: true }),
    isStep: true,
  },
  {
    name: 'redeliver',
    operation: 'redeliver',
    params: (id) => ({ delivery_id: id }),
    subjects: async () => {
      await click('reset', { keep_logins: true });
      for (let times = 0; times < 3; times++) await click('trigger', { type: 'activity.updated' });
      return (await delivered()).map(({ delivery_id: id }) => id);
    },
    look: async (id) => (await delivered()).find((one) => one.delivery_id === id)?.attempts.map(({ status }) => status),
  },
  { name: 'fault', operation: 'fault', params: () => ({ add: ['api:503x2'] }), look: faults, before: () => cleared() },
  {
    name: 'fault --remove',
    operation: 'fault',
    params: () => ({ remove: ['api:503x2'] }),
    look: faults,
    before: async () => (await cleared()) && click('fault', { add: ['api:503x2', 'token:slow=3s'] }),
  },
  {
    name: 'fault --clear',
    operation: 'fault',
    params: () => ({ clear: true }),
    look: faults,
    before: () => click('fault', { add: ['api:503'] }),
  },
  {
    name: 'clock hold',
    operation: 'hold_clock',
    params: () => ({}),
    look: held,
    before: () => click('resume_clock', {}),
  },
  {
    name: 'clock advance',
    operation: 'advance',
    params: () => ({ ms: 3_600_000 }),
    look: async () => [Date.parse((await read('clock', {})).now)],
    before: () => click('hold_clock', {}),
    isStep: true,
  },
  {
    name: 'clock set',
    operation: 'set_clock',
    params: (to) => ({ to }),
    subjects: async () => ['2031-06-10T09:00:00Z', '2031-06-11T09:00:00Z', '2031-06-12T09:00:00Z'],
    look: async (to) => (await read('clock', {})).now === to,
  },
  {
    name: 'clock resume',
    operation: 'resume_clock',
    params: () => ({}),
    look: held,
    before: () => click('hold_clock', {}),
  },
  { name: 'rotate', operation: 'rotate', params: () => ({}), look: isRotating, before: () => finished() },
  {
    name: 'rotate --finish',
    operation: 'rotate',
    params: () => ({ finish: true }),
    look: isRotating,
    before: async () => (await isRotating()) || click('rotate', {}),
  },
  {
    name: 'reset',
    operation: 'reset',
    params: () => ({ keep_logins: true }),
    look: sent,
    before: () => click('trigger', { type: 'activity.updated' }),
  },
];

async function sentAndApplied(): Promise<number[]> {
  const { counts } = await read('applications', {});
  return [counts.pending, (await read('status', {})).happenings];
}
async function reinstated(): Promise<unknown> {
  return (await suspended()) && click('do', { action: 'reinstate' });
}
const cleared = () => click('fault', { clear: true });
async function finished(): Promise<unknown> {
  return (await isRotating()) && click('rotate', { finish: true });
}

/** All deliveries, when none is on its way. */
async function delivered() {
  const all = async () => (await read('deliveries', {})).deliveries;
  await expect
    .poll(async () => (await all()).every(({ state }) => state === 'delivered'), { timeout: 20_000 })
    .toBe(true);
  return all();
}

const minus = (after: unknown, before: unknown) =>
  (after as number[]).map((value, at) => value - ((before as number[])[at] ?? 0));

describe(withReason('every line that the console shows', reason), () => {
  it.skipIf(reason !== null).each(cases)('does in a shell what the click does: $name', async (one) => {
    const subjects = (await one.subjects?.()) ?? ['', '', ''];
    expect(new Set(subjects).size).toBe(one.subjects === undefined ? 1 : 3);
    const effect = async (subject: string, work: () => Promise<unknown>) => {
      await one.before?.();
      const before = await one.look(subject);
      await work();
      const after = await one.look(subject);
      // A line that does nothing would be equal to another one that does nothing.
      expect(after).not.toEqual(before);
      return one.isStep ? minus(after, before) : after;
    };
    const [first = '', second = '', third = ''] = subjects;
    let shown: Answered<Askable>['shown'] | undefined;
    const clicked = await effect(first, async () => {
      ({ shown } = await click(one.operation, one.params(first) as never));
    });
    const inShell = (line: string | null | undefined, subject: string) =>
      effect(subject, () => type((line ?? '').replaceAll(first === '' ? '\0' : first, subject)));
    expect(await inShell(shown?.command, second)).toEqual(clicked);
    expect(await inShell(shown?.curl, third)).toEqual(clicked);
  });
});

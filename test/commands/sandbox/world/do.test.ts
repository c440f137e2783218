import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sandboxDo } from '../../../../src/commands/sandbox/world/do.ts';
import { controlVariable } from '../../../../src/sandbox/control/key.ts';
import { createSandbox } from '../../../../src/sandbox/server/app.ts';
import { memory, run } from '../../../support/commands/deps.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

/** A running sandbox, and a clock that notes how long the command waits. */
function setUp() {
  const key = randomBytes(24).toString('hex');
  const sandbox = createSandbox({ clock: fakeClock(), controlKey: key });
  const { deps, ...rest } = memory({
    environment: { auth_base: 'http://127.0.0.1:4010' },
    variables: { [controlVariable]: key },
    http: sandbox.exchange,
  });
  const waits: number[] = [];
  const clock = { ...deps.clock, sleep: async (ms: number) => void waits.push(ms) };
  return { fake: { ...rest, deps: { ...deps, clock } }, waits };
}
const rows = (data: readonly unknown[]) => data as { action: string; change: string; subject: { id: string } }[];

describe('sandbox do', () => {
  it('says what happened to whom', async () => {
    const { fake } = setUp();
    const { data, failure } = await run(sandboxDo, { action: 'request-revision' }, fake);
    expect(failure).toBeNull();
    expect(rows(data)).toMatchObject([{ action: 'request-revision', change: 'pending → revision_requested' }]);
  });

  it('says whom it picked when nobody was named', async () => {
    const { fake } = setUp();
    const { data } = await run(sandboxDo, { action: 'reject' }, fake);
    const id = rows(data)[0]?.subject.id;
    expect(fake.notices).toEqual([`note: no id given; picked participant ${id}`]);
  });

  it.each([
    ['a new one', { action: 'apply' }],
    ['the only one', { action: 'suspend' }],
    ['as many as were asked for', { action: 'reject', count: '2' }],
  ])('says nothing where it is %s', async (_what, options) => {
    const { fake } = setUp();
    await run(sandboxDo, options, fake);
    expect(fake.notices).toEqual([]);
  });

  it('takes fields from --data and --set, the latter over the former', async () => {
    const { fake } = setUp();
    const options = {
      action: 'apply',
      data: '{"first_name":"Ada","locale":"en"}',
      set: ['first_name=Grace', 'custom_form_fields.age=7'],
    };
    const { data } = await run(sandboxDo, options, fake);
    expect(data).toMatchObject([
      { after: { first_name: 'Grace', locale: 'en', custom_form_fields: expect.objectContaining({ age: 7 }) } },
    ]);
  });

  it('spreads a count over a time, on somebody else each time', async () => {
    const { fake, waits } = setUp();
    const { data } = await run(sandboxDo, { action: 'apply', count: '4', over: '8s' }, fake);
    expect(new Set(rows(data).map(({ subject }) => subject.id)).size).toBe(4);
    expect(waits).toEqual([2_000, 2_000, 2_000]);
  });

  it('names the ids that were asked for', async () => {
    const { fake } = setUp();
    const [one, two] = rows((await run(sandboxDo, { action: 'apply', count: '2' }, fake)).data).map(
      ({ subject }) => subject.id,
    );
    const { data } = await run(sandboxDo, { action: 'reject', id: [String(one), String(two)] }, fake);
    expect(rows(data).map(({ subject }) => subject.id)).toEqual([one, two]);
  });

  it.each([
    ['an action nobody knows', { action: 'aprove' }, 'Unknown action "aprove".', 'did you mean approve?'],
    [
      'a field that the action does not have, in the case it was typed in',
      { action: 'edit-activity', set: ['venue=red'] },
      '"venue" is not a parameter of edit-activity.',
      undefined,
    ],
    [
      'fields that are not an object',
      { action: 'apply', data: '[1]' },
      '--data must be a JSON object with fields to set.',
      undefined,
    ],
    [
      'a count of ids',
      { action: 'approve', id: ['ptp_1'], count: '2' },
      '--count picks the subjects itself, so it cannot be combined with ids.',
      'leave out --count or the ids',
    ],
    ['a time for one', { action: 'approve', over: '2s' }, '--over needs --count.', 'add --count, such as --count 20'],
    [
      'an assignment without a value',
      { action: 'apply', set: ['first_name'] },
      '--set "first_name" is not PATH=VALUE.',
      'write it like --set first_name=Ada',
    ],
  ])('refuses %s', async (_what, options, message, hint) => {
    const { fake } = setUp();
    const { failure } = await run(sandboxDo, options, fake);
    expect([failure?.code, failure?.message, failure?.facts.hint]).toEqual(['usage', message, hint]);
  });
});

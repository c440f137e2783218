import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sandboxClock } from '../../../../src/commands/sandbox/world/clock.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import { controlVariable } from '../../../../src/sandbox/control/key.ts';
import { createSandbox } from '../../../../src/sandbox/server/app.ts';
import { memory, run } from '../../../support/commands/deps.ts';
import { stillClock } from '../../../support/fake-clock.ts';

function setUp(clock: Clock = stillClock()) {
  const key = randomBytes(24).toString('hex');
  const sandbox = createSandbox({ clock, controlKey: key });
  return memory({
    environment: { auth_base: 'http://127.0.0.1:4010' },
    variables: { [controlVariable]: key },
    http: sandbox.exchange,
  });
}

describe('sandbox clock', () => {
  it('shows the time, and how far ahead it is once it was moved', async () => {
    const fake = setUp();
    expect((await run(sandboxClock, {}, fake)).text).toBe('2026-11-24T12:00:00Z (in step with real time)');
    expect((await run(sandboxClock, { move: 'advance', value: '91d' }, fake)).text).toBe(
      '2027-02-23T12:00:00Z (91d ahead of real time)',
    );
  });

  it('is ahead by as much as it was moved, though time passes meanwhile', async () => {
    let now = stillClock().now();
    const fake = setUp({ ...stillClock(), now: () => now++ });
    expect((await run(sandboxClock, { move: 'advance', value: '2h' }, fake)).text).toContain('(2h ahead of real time)');
  });

  it('is held at the time it is set to, and runs again when resumed', async () => {
    const fake = setUp();
    expect((await run(sandboxClock, { move: 'set', value: '2026-11-24T14:00:00+01:00' }, fake)).text).toBe(
      '2026-11-24T13:00:00Z (1h ahead of real time; held, resume it with: clock resume)',
    );
    expect((await run(sandboxClock, { move: 'resume' }, fake)).data).toMatchObject([{ held: false }]);
  });

  it.each([
    ['a move nobody knows', { move: 'advanse', value: '1h' }, 'Unknown move "advanse".', 'did you mean advance?'],
    ['a move without its value', { move: 'advance' }, 'clock advance needs a value.', 'such as clock advance 1h'],
    ['no duration', { move: 'advance', value: '90' }, '"90" is not a duration; write it like 30s, 5m or 1h', undefined],
    [
      'a duration past ten years',
      { move: 'advance', value: '4000d' },
      '"4000d" is too long; the longest duration is 3650d',
      undefined,
    ],
    ['no time', { move: 'set', value: 'tomorrow' }, '"tomorrow" is not a time.', 'write it like 2027-06-10T09:00:00Z'],
  ])('refuses %s', async (_what, options, message, hint) => {
    const { failure } = await run(sandboxClock, options, setUp());
    expect([failure?.code, failure?.message, failure?.facts.hint]).toEqual(['usage', message, hint]);
  });

  it('refuses to go back', async () => {
    const { failure } = await run(sandboxClock, { move: 'set', value: '2026-11-24T11:00:00Z' }, setUp());
    expect(failure?.message).toBe('The clock is at 2026-11-24T12:00:00Z and only goes forward.');
  });
});

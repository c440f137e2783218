import { describe, expect, it } from 'vitest';
import { BudgetState } from '../../src/api/budget-state.ts';

const now = Date.UTC(2026, 10, 24, 12);
const quota = { perHour: 500, perMinute: 30, inFlight: 4 };
const second = 1_000;

/** Lines of requests that took 100 ms each, the last one `agoMs` before now. */
function done(count: number, agoMs: number, said = ''): string[] {
  return Array.from({ length: count }, (_, index) => {
    const end = now - agoMs - (count - 1 - index);
    return [`+ d${agoMs}-${index} ${end - 100}`, `- d${agoMs}-${index} ${end}${said}`];
  }).flat();
}
function open(count: number, agoMs = 0): string[] {
  return Array.from({ length: count }, (_, index) => `+ o${agoMs}-${index} ${now - agoMs}`);
}
function stateOf(...lines: readonly string[]): BudgetState {
  const state = new BudgetState(quota);
  state.apply(lines);
  return state;
}

describe('one more request', () => {
  it('is sent when no limit is known', () => {
    expect(stateOf().wait(now, 't').ms).toBe(0);
  });

  it('is allowed beside three in flight, and not beside four', () => {
    expect(stateOf(...open(3)).wait(now, 't').ms).toBe(0);
    expect(stateOf(...open(4)).wait(now, 't')).toMatchObject({ reason: 'in_flight', isCertain: false });
  });

  it('is allowed beside a request whose process died: none lasts longer than its timeout', () => {
    expect(stateOf(...open(4, 32 * second)).wait(now, 't').ms).toBe(0);
  });

  it('waits until 60 s after the end of the oldest of thirty', () => {
    const wait = stateOf(...done(1, 40 * second), ...done(29, 10 * second)).wait(now, 't');
    expect(wait).toEqual({ ms: 20 * second, reason: 'minute', isCertain: true });
  });

  it('is allowed as the thirtieth', () => {
    expect(stateOf(...done(29, 10 * second)).wait(now, 't').ms).toBe(0);
  });

  it('does not count what ended 60 s ago', () => {
    expect(stateOf(...done(30, 60 * second)).wait(now, 't').ms).toBe(0);
  });

  it('does not count a withdrawn claim', () => {
    expect(stateOf(...open(4), 'x o0-1').wait(now, 't').ms).toBe(0);
  });

  it('waits for the reset when the hour is used up', () => {
    const said = `- d5000-0 ${now - 5_000} t 500 0 ${now + 90 * second}`;
    expect(stateOf(`+ d5000-0 ${now - 6_000}`, said).wait(now, 't')).toEqual({
      ms: 90 * second,
      reason: 'hour',
      isCertain: true,
    });
  });

  it('counts the requests begun since the server reported the remainder', () => {
    const lines = [`+ a ${now - 5_000}`, `- a ${now - 4_900} t 500 2 ${now + 90 * second}`];
    expect(stateOf(...lines, ...open(1)).wait(now, 't').ms).toBe(0);
    expect(stateOf(...lines, ...open(2)).wait(now, 't').reason).toBe('hour');
  });

  it('uses the smaller of two remainders reported at the same time', () => {
    const lines = [
      `+ a ${now - 5_000}`,
      `+ b ${now - 5_000}`,
      `- a ${now - 4_000} t 500 0 ${now + 90 * second}`,
      `- b ${now - 3_900} t 500 1 ${now + 90 * second}`,
    ];
    expect(stateOf(...lines).wait(now, 't').reason).toBe('hour');
  });

  it('is not limited by answers to another token', () => {
    expect(stateOf(`- a ${now} other 500 0 ${now + 90 * second}`).wait(now, 't').ms).toBe(0);
  });

  it('is sent alone after a reset, because the new allowance is unknown', () => {
    const used = `- a ${now - 5_000} t 500 0 ${now - 1}`;
    expect(stateOf(used).wait(now, 't').ms).toBe(0);
    expect(stateOf(used, ...open(1)).wait(now, 't')).toMatchObject({ reason: 'hour', isCertain: false });
  });

  it('is sent alone after a reset, also when the allowance was used up before', () => {
    const left = `- a ${now - 90 * second} t 500 2 ${now - 1}`;
    expect(stateOf(left, ...open(1)).wait(now, 't').ms).toBe(0);
    expect(stateOf(left, ...open(2)).wait(now, 't')).toMatchObject({ reason: 'hour', isCertain: false });
  });

  it('continues as soon as the answer after the reset says how much came back: a little, or all of it', () => {
    const used = `- a ${now - 90 * second} t 500 0 ${now - 1}`;
    const rolling = [used, `+ b ${now - 20}`, `- b ${now - 10} t 500 0 ${now + 7 * second}`];
    expect(stateOf(...rolling).wait(now, 't')).toEqual({ ms: 7 * second, reason: 'hour', isCertain: true });
    const full = [used, `+ b ${now - 20}`, `- b ${now - 10} t 500 499 ${now + 3_600 * second}`];
    expect(stateOf(...full, ...open(3)).wait(now, 't').ms).toBe(0);
  });

  it('waits as long as the server asked any process to', () => {
    expect(stateOf(`b t ${now} ${now + 7 * second}`).wait(now, 't')).toEqual({
      ms: 7 * second,
      reason: 'told',
      isCertain: true,
    });
    expect(stateOf(`b other ${now} ${now + 7 * second}`).wait(now, 't').ms).toBe(0);
  });

  it('is allowed at any time while the server names no limit', () => {
    const state = stateOf(...done(30, 1_000), ...open(4), `- z ${now} u`);
    expect(state.isUnlimited).toBe(true);
    expect(state.wait(now, 't').ms).toBe(0);
    state.apply([`- z ${now} t 500 300 ${now + 90 * second}`]);
    expect(state.wait(now, 't').ms).toBeGreaterThan(0);
  });

  it('is allowed more often where the server allows more per hour', () => {
    const lines = done(59, 1_000, ` t 1000 900 ${now + 90 * second}`);
    expect(stateOf(...lines).wait(now, 't').ms).toBe(0);
    expect(stateOf(...lines, ...done(1, 900, ` t 1000 900 ${now + 90 * second}`)).wait(now, 't').reason).toBe('minute');
  });
});

describe('of many claims at once', () => {
  it('the first ones win, in the order of the lines', () => {
    const state = stateOf(...open(6));
    const wins = ['o0-0', 'o0-3', 'o0-4', 'o0-5'].map((id) => state.wait(now, 't', id).ms === 0);
    expect(wins).toEqual([true, true, false, false]);
  });
});

describe('lines', () => {
  it.each([
    ['torn', '+ abc'],
    ['of another version', '% abc 12'],
    ['empty', ''],
    ['with words for numbers', '+ abc soon'],
  ])('that are %s hold nobody up', (_name, line) => {
    expect(stateOf(...Array(40).fill(line)).wait(now, 't').ms).toBe(0);
  });

  it('from before the clock was set back do not block anything', () => {
    const later = now + 3_600_000;
    const lines = Array.from({ length: 30 }, (_, index) => [`+ f${index} ${later}`, `- f${index} ${later}`]).flat();
    expect(stateOf(...lines, `b t ${later} ${later + 9_000}`).wait(now, 't').ms).toBe(0);
  });
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Interrupts } from '../../../src/platform/process/interrupts.ts';
import { printed } from '../../support/commands/printing.ts';
import { exceptOnWindows } from '../../support/except-on-windows.ts';

const onSecond = vi.fn();
let interrupts: Interrupts;

beforeEach(() => {
  onSecond.mockClear();
  interrupts = new Interrupts(onSecond);
});
afterEach(() => interrupts.release());

exceptOnWindows('Windows has no signals')('interrupts an endless jq expression at the first Ctrl-C', async () => {
  const breakable = <T>(work: () => T): T =>
    interrupts.breakable(() => {
      process.kill(process.pid, 'SIGINT');
      return work();
    });
  const run = printed([{ kind: 'value', data: 1, text: () => '' }], {
    jq: 'def f: f; f',
    layout: { shape: 'value' },
    breakable,
  });
  await expect(run).rejects.toMatchObject({ code: 'interrupted' });
});

it('returns what breakable work gives, and throws what it throws', () => {
  expect(interrupts.breakable(() => 7)).toBe(7);
  const failure = new Error('of the work');
  expect(() =>
    interrupts.breakable(() => {
      throw failure;
    }),
  ).toThrow(failure);
});

it('ends the process only after work that must not be interrupted', async () => {
  let finish: () => void = () => undefined;
  const work = interrupts.uninterrupted(() => new Promise<void>((resolve) => (finish = resolve)));
  interrupts.end();
  expect(onSecond).not.toHaveBeenCalled();
  finish();
  await work;
  expect(onSecond).toHaveBeenCalledOnce();
});

it('ends the process at once when nothing is under way', () => {
  interrupts.end();
  expect(onSecond).toHaveBeenCalledOnce();
});

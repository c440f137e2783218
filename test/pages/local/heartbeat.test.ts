import { expect, it } from 'vitest';
import { withHeartbeat } from '../../../src/pages/local/heartbeat.ts';

/** Sleeps that end when the test says so. */
function steppedClock() {
  const ends: (() => void)[] = [];
  const sleep = () => new Promise<void>((resolve) => ends.push(resolve));
  return { sleep, beat: () => ends.pop()?.() };
}

it('says that it lives while nothing comes, and loses nothing that comes meanwhile', async () => {
  const clock = steppedClock();
  let give: (text: string) => void = () => undefined;
  async function* source() {
    yield 'first';
    yield await new Promise<string>((resolve) => {
      give = resolve;
    });
  }
  const pieces = withHeartbeat(source(), clock);
  const next = async () => Buffer.from((await pieces.next()).value ?? '').toString();
  expect(await next()).toBe('first');
  const beat = next();
  clock.beat();
  expect(await beat).toBe(':\n\n');
  give('second');
  expect(await next()).toBe('second');
  expect((await pieces.next()).done).toBe(true);
});

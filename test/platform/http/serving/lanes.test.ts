import { expect, it } from 'vitest';
import { BodyLanes, LanePass } from '../../../../src/platform/http/serving/lanes.ts';

/** A body that can be paused, and whose pauses and resumptions can be awaited. */
class Reading {
  isPaused = false;
  #onResume: () => void = () => undefined;

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.#onResume();
  }

  get resumed(): Promise<void> {
    if (!this.isPaused) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onResume = resolve;
    });
  }
}

async function entering(lanes: BodyLanes) {
  const reading = new Reading();
  const pass = new LanePass(lanes, reading);
  pass.arrived();
  return { reading, pass };
}

it('two bodies are read, the third when one of them is complete', async () => {
  const lanes = new BodyLanes();
  const [first, second, third] = await Promise.all([entering(lanes), entering(lanes), entering(lanes)]);
  await Promise.all([first.reading.resumed, second.reading.resumed]);
  expect(third.reading.isPaused).toBe(true);
  first.pass.done();
  await third.reading.resumed;
});

it('one that stalls leaves its lane, and needs one again when it continues', async () => {
  const lanes = new BodyLanes();
  const [first, second, third, fourth] = await Promise.all([
    entering(lanes),
    entering(lanes),
    entering(lanes),
    entering(lanes),
  ]);
  await Promise.all([third.reading.resumed, fourth.reading.resumed]);
  first.pass.arrived();
  expect(first.reading.isPaused).toBe(true);
  await first.reading.resumed;
  for (const { pass } of [first, second, third, fourth]) pass.done();
});

it('one that is given up while it waits takes no lane', async () => {
  const lanes = new BodyLanes();
  const [first, second, third, fourth] = await Promise.all([
    entering(lanes),
    entering(lanes),
    entering(lanes),
    entering(lanes),
  ]);
  await Promise.all([first.reading.resumed, second.reading.resumed]);
  third.pass.done();
  first.pass.done();
  await fourth.reading.resumed;
});

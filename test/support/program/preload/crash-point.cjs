// Loaded before the built program with `node --require`: makes it crash, stop, wait or fail at a named point.
// CRASH_PLAN is a JSON object of point -> { action, code?, file?, nth? }; the name of a signal is a point as well.
const { existsSync, writeFileSync } = require('node:fs');

const plan = JSON.parse(process.env.CRASH_PLAN ?? '{}');
const speed = Number(process.env.CLOCK_SPEED ?? '1');
const counts = {};

const actions = {
  kill: () => process.kill(process.pid, 'SIGKILL'),
  stop: () => process.kill(process.pid, 'SIGSTOP'),
  fail: ({ code }) => {
    throw Object.assign(new Error(`${code}: made by the test`), { code });
  },
  // Says that this process has been here.
  mark: ({ file }) => writeFileSync(`${file}.${process.pid}`, ''),
  // Says that the point is reached, then stands still until the test says to go on.
  pause: ({ file }) => {
    writeFileSync(`${file}.reached`, '');
    while (!existsSync(`${file}.go`)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  },
};

globalThis[Symbol.for('revento.crash-point')] = (point) => {
  const step = plan[point];
  if (!step) return;
  counts[point] = (counts[point] ?? 0) + 1;
  if (step.nth === undefined || step.nth === counts[point]) actions[step.action](step);
};

// Ahead of the program's own listeners, and once: what the signal does in the end is the program's affair.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  const step = plan[signal];
  if (step) process.once(signal, () => actions[step.action](step));
}

// Waiting limits are measured with these clocks: fast ones make 30 seconds pass in two.
if (speed !== 1) {
  const real = performance.now.bind(performance);
  performance.now = () => real() * speed;
  const realNanoseconds = process.hrtime.bigint;
  process.hrtime.bigint = () => BigInt(Math.round(Number(realNanoseconds()) * speed));
}

// Loaded before the built program: every wait takes a part of its time only, so that a server that never answers is
// given up in less than a second. For runs that may end by any limit: the machine does not go faster too.
const timers = require('node:timers');
const speed = Number(process.env.QUICK_TIMERS_SPEED);
const { setTimeout: slow } = timers;
const quick = (work, ms, ...args) => slow(work, (ms ?? 0) / speed, ...args);
// `util.promisify(setTimeout)` finds its promise form here.
Object.defineProperties(quick, Object.getOwnPropertyDescriptors(slow));
globalThis.setTimeout = quick;
timers.setTimeout = quick;
const realNow = performance.now.bind(performance);
performance.now = () => realNow() * speed;
const realNanoseconds = process.hrtime.bigint;
process.hrtime.bigint = () => BigInt(Math.round(Number(realNanoseconds()) * speed));

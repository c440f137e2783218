// Loaded before the built program: every wait takes a hundredth of its time, so that a server that never answers is
// given up in less than a second.
const timers = require('node:timers');
const speed = 100;
const { setTimeout: slow } = timers;
const quick = (work, ms, ...args) => slow(work, (ms ?? 0) / speed, ...args);
// `util.promisify(setTimeout)` finds its promise form here.
Object.defineProperties(quick, Object.getOwnPropertyDescriptors(slow));
globalThis.setTimeout = quick;
timers.setTimeout = quick;
const realNow = performance.now.bind(performance);
performance.now = () => realNow() * speed;

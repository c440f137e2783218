// A process that takes a lock on request, and checks whether it is alone: run as a child by lock.test.ts.

import { closeSync, openSync, rmSync } from 'node:fs';
import { createLocks } from '../../../src/platform/lock/lock.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';

const [path = '', marker = ''] = process.argv.slice(2);
const locks = createLocks(systemClock);

process.on('message', async () => {
  const held = await locks.acquire(path);
  let isAlone = true;
  try {
    closeSync(openSync(marker, 'wx'));
  } catch {
    isAlone = false;
  }
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  if (isAlone) rmSync(marker);
  held.release();
  process.send?.(isAlone);
});
process.send?.('ready');

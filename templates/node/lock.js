// Locks among the processes of this machine. The system releases them when a process ends, even by a kill.
import { once } from 'node:events';
import { constants, mkdir, open, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { config } from './config.js';
import { fileName, unless } from './files.js';

/** Of macOS and BSD: opens a file and locks it. */
const openAndLock = 0x20;
const turns = new Map();

/** Runs some work while nothing else runs under this name, here or in another process with the same data directory. */
export function alone(name, work) {
  const run = (turns.get(name) ?? Promise.resolve()).then(() => locked(name, work));
  const done = () => {};
  turns.set(name, run.then(done, done));
  return run;
}

async function locked(name, work) {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  // With the key, so that nobody else on this machine can tell the name before, and take it.
  const id = fileName(await realpath(config.dataDir), name, config.tokenKey.toString('base64'));
  for (;;) {
    const release = await acquire(id).catch(unless('EADDRINUSE', 'EAGAIN'));
    if (release) return work().finally(release);
    await sleep(5);
  }
}

/** Gives a function that releases the lock; fails while another process has it. */
async function acquire(id) {
  if (process.platform !== 'linux' && process.platform !== 'win32') {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | openAndLock;
    const file = await open(join(config.dataDir, `${id}.lock`), flags, 0o600);
    return () => file.close();
  }
  // Neither of these names is a file that could be left behind. Exclusive: the workers of a cluster would share it.
  const path = process.platform === 'linux' ? `\0revento-${id}` : `\\\\.\\pipe\\revento-${id}`;
  const server = createServer((socket) => socket.destroy()).listen({ path, exclusive: true });
  await once(server, 'listening');
  return () => new Promise((closed) => server.close(closed));
}

// A lock among the processes of this machine. The system releases it when its process ends, even by a kill.
import { constants, mkdir, open, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { platform } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { config } from './config.js';
import { fileName } from './files.js';

/** Of macOS and BSD: opens a file and locks it. */
const openAndLock = 0x20;
const retryMs = 5;

const turns = new Map();

/** Runs some work while nothing else runs under this name, here or in another process with the same data directory. */
export function alone(name, work) {
  const run = (turns.get(name) ?? Promise.resolve()).then(() => locked(name, work));
  const turn = run.catch(() => {}).then(() => turns.get(name) === turn && turns.delete(name));
  turns.set(name, turn);
  return run;
}

async function locked(name, work) {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const id = fileName(await realpath(config.dataDir), name);
  let release = await acquire(id);
  while (!release) {
    await sleep(retryMs);
    release = await acquire(id);
  }
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Gives a function that releases the lock, or undefined while another process has it. */
function acquire(id) {
  // Neither of these names is a file that could be left behind.
  if (platform === 'linux') return listen(`\0revento-${id}`);
  if (platform === 'win32') return listen(`\\\\.\\pipe\\revento-${id}`);
  return openLocked(join(config.dataDir, `${id}.lock`));
}

function listen(path) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    // Exclusive: the workers of a cluster would share it.
    server.listen({ path, exclusive: true }, () => resolve(() => new Promise((closed) => server.close(closed))));
  });
}

async function openLocked(path) {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | openAndLock;
  try {
    const file = await open(path, flags, 0o600);
    return () => file.close();
  } catch (error) {
    if (error.code === 'EAGAIN') return undefined;
    throw error;
  }
}

import { createServer, type Server } from 'node:net';

/** Each worker has a range of its own. All are below the ephemeral ports of operating systems. */
const firstPort = 12_000;
const portsPerWorker = 1_000;
const ranges = 20;

const worker = Number(process.env['VITEST_POOL_ID'] ?? '0') % ranges;
// Begins anywhere in it: the files of a worker are processes one after the other, and know nothing of each other.
let next = Math.floor(Math.random() * portsPerWorker);

/**
 * A port that is free on both loopback families, for something that is started later. It is given once only, and
 * neither another worker nor a connection or listener on port 0 is given it meanwhile.
 *
 * @throws Error when none of the worker's range is free
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < portsPerWorker; tries++) {
    const port = firstPort + worker * portsPerWorker + (next++ % portsPerWorker);
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'))) return port;
  }
  throw new Error('no port of this worker is free');
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    await listen(server, port, host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A machine without this family: nothing of ours is bound there either.
    return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen({ port, host, ipv6Only: host === '::1' }, resolve);
  });
}

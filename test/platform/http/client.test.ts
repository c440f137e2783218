import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/platform/http/client.ts';
import { serving } from '../../support/http/broken-servers.ts';
import { selfSigned } from '../../support/http/certificate.ts';

/** A server on a thread of its own: it answers while this thread stands still. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:http').createServer((_request, response) => {
  Atomics.store(workerData, 0, 1);
  Atomics.notify(workerData, 0);
  response.end('in time');
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;

let worker: Worker | null = null;
afterEach(async () => {
  await worker?.terminate();
});

it('an answer that came while the machine slept is taken, although its time is over by the clock', async () => {
  const arrived = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(program, { eval: true, workerData: arrived });
  worker = thread;
  const port = await new Promise<number>((resolve) => thread.once('message', resolve));
  const client = await createHttpClient();
  const answer = client.exchange({
    method: 'POST',
    url: `http://127.0.0.1:${port}/`,
    headers: [],
    body: Buffer.from('x'),
    timeoutMs: 300,
  });
  // Turns of the loop until the request is out; then this thread sleeps past the limit with the answer on its way.
  while (Atomics.load(arrived, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
  const { body } = await answer;
  expect(Buffer.from(body).toString()).toBe('in time');
  await client.close();
});

it('a server whose certificate is not trusted gets no byte of a request', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'revento-client-'));
  const requests: string[] = [];
  let received = 0;
  const server = createHttps(selfSigned('localhost', folder), ({ url = '' }) => requests.push(url));
  // Decrypted bytes.
  server.on('secureConnection', (socket) => socket.on('data', ({ length }: Buffer) => (received += length)));
  const client = await createHttpClient();
  try {
    await serving(
      () => server,
      async (port) => {
        const secret = [['Authorization', 'Bearer rev_x']] as const;
        for (const method of ['GET', 'POST']) {
          const request = { method, url: `https://localhost:${port}/`, headers: secret, body: Buffer.from('secret') };
          await expect(client.exchange(request)).rejects.toMatchObject({ kind: 'tls', isUnsent: true });
        }
      },
    );
    expect({ requests, received }).toEqual({ requests: [], received: 0 });
  } finally {
    await client.close();
    rmSync(folder, { recursive: true });
  }
});

it.each(['Content-Length', 'Transfer-Encoding', 'Keep-Alive', 'Upgrade', 'Expect'])(
  'a header that frames the message is not sent a second time: %s',
  async (name) => {
    const client = await createHttpClient();
    const headers = [[name, '1']] as const;
    const request = { method: 'POST', url: 'http://localhost:9/', headers, body: Buffer.from('x') };
    await expect(client.exchange(request)).rejects.toMatchObject({ kind: 'invalid_request', isUnsent: true });
    await client.close();
  },
);

it.each([
  ['GET', '', []],
  ['DELETE', '', []],
  ['POST', '', ['content-length: 0']],
  ['POST', 'ab', ['content-length: 2']],
])('%s of %j goes out whole, with its length', async (method, body, expected) => {
  let head = '';
  const make = () =>
    createTcp((socket) => {
      socket.once('data', (chunk) => {
        head = chunk.toString();
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
    });
  const client = await createHttpClient();
  await serving(make, async (port) => {
    const url = `http://localhost:${port}/a?b=c`;
    const headers = [
      ['X-Twice', '1'],
      ['X-Twice', '2'],
    ] as const;
    await client.exchange({ method, url, headers, body: Buffer.from(body) });
    const [first, ...lines] = head.slice(0, head.indexOf('\r\n\r\n')).split('\r\n');
    expect(first).toBe(`${method} /a?b=c HTTP/1.1`);
    expect(lines.filter((line) => /^host/i.test(line))).toEqual([`host: localhost:${port}`]);
    expect(lines.filter((line) => /^x-twice/i.test(line))).toEqual(['X-Twice: 1', 'X-Twice: 2']);
    expect(lines.filter((line) => /^(content-length|transfer-encoding)/i.test(line))).toEqual(expected);
  });
  await client.close();
});

it('the rest of a body is not sent to a server that has answered', async () => {
  const body = Buffer.alloc(32 * 1024 * 1024);
  const server = createTcp();
  const answered = new Promise<Socket>((resolve) => {
    server.once('connection', (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.pause().write('HTTP/1.1 413 Payload Too Large\r\nContent-Length: 2\r\n\r\n{}');
        resolve(socket);
      });
    });
  });
  await serving(
    () => server,
    async (port) => {
      const client = await createHttpClient();
      const url = `http://127.0.0.1:${port}/`;
      expect((await client.exchange({ method: 'POST', url, headers: [], body })).status).toBe(413);
      const socket = await answered;
      let received = 0;
      socket.on('data', ({ length }) => (received += length)).resume();
      await once(socket, 'close');
      expect(received).toBeLessThan(body.length / 2);
      await client.close();
    },
  );
});

it.each(['http', 'https'])('a connection by %s that fails at once leaves the request unsent', async (scheme) => {
  const client = await createHttpClient();
  const request = {
    method: 'POST',
    url: `${scheme}://255.255.255.255:9/`,
    headers: [],
    body: Buffer.from('{}'),
  } as const;
  await expect(client.exchange(request)).rejects.toMatchObject({ name: 'HttpFailure', isUnsent: true });
  await client.close();
});

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createServe } from '../../../src/platform/http/server.ts';
import type { HttpRequest, Listening, ServeOptions } from '../../../src/ports/exchange.ts';
import { dial, rawExchange, readAnswer } from '../../support/http/raw-http.ts';

const serve = createServe((error) => {
  throw error;
});
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const ok = { status: 200, headers: [], body: new Uint8Array() };
const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

async function listening(options: Partial<ServeOptions> = {}): Promise<Listening> {
  const server = await serve({ host: '127.0.0.1', port: 0, answer: async () => ok, ...options });
  cleanUps.push(() => server.close(0));
  return server;
}

async function open(port: number, bytes: string): Promise<Socket> {
  const socket = await dial(port);
  cleanUps.push(() => socket.destroy());
  socket.on('error', () => undefined).resume();
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  return socket;
}

it('replaces the oldest connection without a complete head when there are too many', async () => {
  const { port } = await listening({ maxConnections: 2 });
  const older = await open(port, 'GET / HT');
  const younger = await open(port, '');
  const olderIsClosed = once(older, 'close');
  expect((await rawExchange(port, { pieces: [get] })).status).toBe(200);
  await olderIsClosed;
  younger.write(get);
  expect((await readAnswer(younger)).status).toBe(200);
});

it('replaces one that has not sent its body when there are too many', async () => {
  const { port } = await listening({ maxConnections: 1 });
  await open(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345');
  expect((await rawExchange(port, { pieces: [get] })).status).toBe(200);
});

it('drops a new connection where every other one waits for its answer', async () => {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let arrived: () => void = () => undefined;
  const isThere = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const { port } = await listening({
    maxConnections: 1,
    answer: async () => {
      arrived();
      await answered;
      return ok;
    },
  });
  const waiting = rawExchange(port, { pieces: [get] });
  await isThere;
  await expect(rawExchange(port, { pieces: [get] })).rejects.toThrow('closed');
  answer();
  expect((await waiting).status).toBe(200);
});

it('reads only the beginning of a body of which no more is wanted, and the sender gets its answer', async () => {
  const got: HttpRequest[] = [];
  const { port } = await listening({
    excerpt: () => 10,
    answer: async (request) => {
      got.push(request);
      return { ...ok, status: 401 };
    },
  });
  const send = (length: number) =>
    rawExchange(port, {
      pieces: [`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${'a'.repeat(length)}`],
    });
  expect((await send(200_000)).head).toMatch(/^HTTP\/1\.1 401 [\s\S]*Connection: close/);
  expect((await send(10)).head).not.toContain('Connection: close');
  expect(got.map(({ body, isBodyCut }) => [body.length, isBodyCut])).toEqual([
    [10, true],
    [10, false],
  ]);
});

it('reads a long body although others have stalled in the middle of theirs', async () => {
  const { port } = await listening();
  const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n`;
  for (let index = 0; index < 3; index++) await open(port, head + 'a'.repeat(200_000));
  expect((await rawExchange(port, { pieces: [head, 'a'.repeat(500_000)] })).status).toBe(200);
});

it('names the limit to the sender', async () => {
  const { port } = await listening({ maxHeadBytes: 1_024, maxBodyBytes: 100 });
  const head = 'POST / HTTP/1.1\r\nHost: x\r\n';
  expect(await rawExchange(port, { pieces: [`${head}X: ${'x'.repeat(2_000)}\r\n\r\n`] })).toMatchObject({
    status: 431,
    body: 'request head over 1 KB\n',
  });
  expect(await rawExchange(port, { pieces: [`${head}Content-Length: 101\r\n\r\n`] })).toMatchObject({
    status: 413,
    body: 'body over 100 bytes\n',
  });
});

it('survives a CONNECT whose sender resets the connection', async () => {
  const { port } = await listening();
  const socket = await open(port, 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n');
  socket.resetAndDestroy();
  await once(socket, 'close');
  expect((await rawExchange(port, { pieces: [get] })).status).toBe(200);
});

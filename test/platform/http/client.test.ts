import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/platform/http/client.ts';

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

import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createServe } from '../../../../src/platform/http/server.ts';
import type { Exchange, Listening } from '../../../../src/ports/exchange.ts';
import { dial, rawExchange } from '../../../support/http/raw-http.ts';
import { until } from '../../../support/until.ts';

const defects: unknown[] = [];
const serve = createServe((error) => defects.push(error));
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  defects.length = 0;
});

async function listening(answer: Exchange): Promise<Listening> {
  const server = await serve({ host: '127.0.0.1', port: 0, answer });
  cleanUps.push(() => server.close(0));
  return server;
}

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const empty = new Uint8Array();

describe('a streamed response', () => {
  it('reaches the peer piece by piece, each before the next one exists', async () => {
    const gates: (() => void)[] = [];
    async function* pieces() {
      for (const text of ['one', 'two', 'three']) {
        await new Promise<void>((resolve) => gates.push(resolve));
        yield Buffer.from(text);
      }
    }
    const { port } = await listening(async () => ({ status: 200, headers: [], body: empty, stream: pieces() }));
    const socket = await dial(port);
    let seen = '';
    socket.on('data', (bytes) => {
      seen += String(bytes);
    });
    socket.write(get);
    await until(() => seen.endsWith('\r\n\r\n'), 'the head is there');
    expect(seen).toContain('Transfer-Encoding: chunked');
    expect(seen).not.toContain('Content-Length');
    for (const text of ['one', 'two', 'three']) {
      expect(seen).not.toContain(text);
      await until(() => gates.length > 0, 'the next piece is asked for');
      gates.shift()?.();
      await until(() => seen.includes(text), `${text} is there`);
    }
    await until(() => seen.endsWith('0\r\n\r\n'), 'it has ended');
    // The connection stays for the next request.
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  it('makes its source wait for a slow peer', async () => {
    const piece = Buffer.alloc(64 * 1024);
    let made = 0;
    async function* endless() {
      for (;;) {
        made++;
        yield piece;
      }
    }
    const { port } = await listening(async () => ({ status: 200, headers: [], body: empty, stream: endless() }));
    const socket = await dial(port);
    socket.pause();
    socket.write(get);
    let before = -1;
    // Quiet once all buffers on the way are full.
    await until(() => {
      const isQuiet = made > 0 && made === before;
      before = made;
      return isQuiet;
    }, 'the source waits');
    expect(made * piece.length).toBeLessThan(64 * 1024 * 1024);
    socket.destroy();
  });

  it('tells its source when the peer goes away', async () => {
    let isOver = false;
    const { port } = await listening(async ({ signal }) => {
      async function* silent() {
        yield Buffer.from('hello');
        if (signal?.aborted !== true) await once(signal as AbortSignal, 'abort');
        isOver = true;
      }
      return { status: 200, headers: [], body: empty, stream: silent() };
    });
    const socket = await dial(port);
    socket.write(get);
    await once(socket, 'data');
    socket.destroy();
    await until(() => isOver, 'the source has ended');
    expect(defects).toEqual([]);
  });

  it('is cut off when its source fails, so that no client takes it for complete', async () => {
    async function* failing() {
      yield Buffer.from('half');
      throw new Error('defect');
    }
    const { port } = await listening(async () => ({ status: 200, headers: [], body: empty, stream: failing() }));
    const { body } = await rawExchange(port, { pieces: [get] });
    expect(body).not.toContain('0\r\n\r\n');
    expect(defects).toEqual([new Error('defect')]);
  });

  it('is only its head for HEAD', async () => {
    async function* never() {
      yield await new Promise<Uint8Array>(() => undefined);
    }
    const { port } = await listening(async () => ({ status: 200, headers: [], body: empty, stream: never() }));
    const pieces = ['HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'];
    expect(await rawExchange(port, { pieces })).toMatchObject({ status: 200, body: '' });
  });

  it('does not keep the server from closing', async () => {
    const server = await listening(async ({ signal }) => {
      async function* silent() {
        yield Buffer.from('hello');
        await once(signal as AbortSignal, 'abort');
      }
      return { status: 200, headers: [], body: empty, stream: silent() };
    });
    const socket = await dial(server.port);
    const closed = once(socket, 'close');
    socket.write(get);
    await once(socket, 'data');
    await server.close(0);
    await closed;
  });
});

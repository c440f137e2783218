import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { createSink } from '../../src/output/sink.ts';

/** A stream that takes a chunk only on request. */
class Gate extends Writable {
  taken: Buffer[] = [];
  #release: (() => void)[] = [];
  constructor() {
    super({ highWaterMark: 10 });
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void) {
    this.#release.push(() => {
      this.taken.push(chunk);
      done();
    });
  }
  open() {
    this.#release.shift()?.();
  }
}

/** A stream whose every write fails. */
const failing = (code: string) =>
  new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
  });

/** Of a run that nobody interrupts. */
const running = { signal: new AbortController().signal };

/** Whether a promise is settled once everything that was ready has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.finally(() => {
    settled = true;
  });
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('writing to a slow reader', () => {
  it('waits until the reader has room again', async () => {
    const gate = new Gate();
    const sink = createSink(gate, running);
    const write = sink.write('more than ten bytes');
    expect(await isSettled(write)).toBe(false);
    gate.open();
    expect(await write).toBe(true);
  });

  it('does not wait while there is room', async () => {
    expect(await isSettled(createSink(new Gate(), running).write('short'))).toBe(true);
  });

  it('has written everything when it is flushed', async () => {
    const gate = new Gate();
    const sink = createSink(gate, running);
    await sink.write('one');
    await sink.write('two');
    const flush = sink.flush();
    gate.open();
    expect(await isSettled(flush)).toBe(false);
    gate.open();
    await flush;
    expect(Buffer.concat(gate.taken).toString()).toBe('onetwo');
  });
});

describe('a reader that takes nothing', () => {
  it('is given up once the run is interrupted', async () => {
    const run = new AbortController();
    const write = createSink(new Gate(), run).write('more than ten bytes');
    run.abort('SIGINT');
    await expect(write).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('gets what is written after the interrupt when it takes it after all', async () => {
    const gate = new Gate();
    const write = createSink(gate, { signal: AbortSignal.abort('SIGINT') }).write('more than ten bytes');
    gate.open();
    expect(await write).toBe(true);
  });
});

describe('a reader that leaves', () => {
  it.each(['EPIPE', 'ECONNRESET'])('ends the output quietly (%s)', async (code) => {
    const sink = createSink(failing(code), running);
    await sink.write('x'.repeat(100_000));
    expect(sink.isClosed).toBe(true);
    expect(await sink.write('more')).toBe(false);
    await sink.flush();
  });

  it('ends a write that waits for room', async () => {
    const gate = new Gate();
    const sink = createSink(gate, running);
    const write = sink.write('more than ten bytes');
    gate.destroy();
    expect(await write).toBe(false);
  });

  it('is noticed on a real socket while a write waits', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address() as { port: number };
    const socket = connect(address.port, '127.0.0.1');
    const [peer] = (await once(server, 'connection')) as [Socket];
    const sink = createSink(socket, running);
    peer.pause();
    let chunks = 0;
    const pump = (async () => {
      while (await sink.write(Buffer.alloc(1 << 20))) chunks++;
    })();
    await once(socket, 'connect').catch(() => undefined);
    peer.resetAndDestroy();
    await pump;
    expect(sink.isClosed).toBe(true);
    expect(chunks).toBeLessThan(1_000);
    server.close();
  });
});

describe('an output that cannot be written', () => {
  it.each([
    ['ENOSPC', 'disk_full'],
    ['EDQUOT', 'disk_full'],
    ['EIO', 'file'],
  ])('fails the run: %s', async (code, failure) => {
    const sink = createSink(failing(code), running);
    await expect(sink.write('x'.repeat(100_000))).rejects.toMatchObject({ code: failure });
    await expect(sink.flush()).rejects.toMatchObject({ code: failure });
  });

  it('fails when it is flushed, where the write itself did not wait', async () => {
    const late = new Writable({
      write: (_chunk, _encoding, done) => setImmediate(done, Object.assign(new Error(), { code: 'ENOSPC' })),
    });
    const sink = createSink(late, running);
    expect(await sink.write('short')).toBe(true);
    await expect(sink.flush()).rejects.toMatchObject({ code: 'disk_full' });
  });

  it.skipIf(process.platform !== 'linux')('fails at once on a device that is full', async () => {
    const fd = openSync('/dev/full', 'w');
    await expect(createSink(Object.assign(new Gate(), { fd }), running).write('x')).rejects.toMatchObject({
      code: 'disk_full',
    });
    closeSync(fd);
  });
});

describe('an output of which the system tells nothing', () => {
  it('is written as a stream', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'revento-sink-'));
    const fd = openSync(join(directory, 'closed'), 'w');
    closeSync(fd);
    rmSync(directory, { recursive: true });
    const gate = Object.assign(new Gate(), { fd });
    await createSink(gate, running).write('x');
    gate.open();
    expect(Buffer.concat(gate.taken).toString()).toBe('x');
  });
});

describe('a file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'revento-sink-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('gets text as UTF-8 and bytes as they are', async () => {
    const path = join(directory, 'out');
    const fd = openSync(path, 'w');
    const sink = createSink(Object.assign(new Gate(), { fd }), running);
    await sink.write('é');
    await sink.write(Buffer.from([0xff, 0x00]));
    await sink.flush();
    closeSync(fd);
    expect(readFileSync(path)).toEqual(Buffer.from([0xc3, 0xa9, 0xff, 0x00]));
  });
});

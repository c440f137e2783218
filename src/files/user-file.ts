import { close, constants, createReadStream, fstat, open, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { isatty, ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { ReventoError } from '../errors/revento-error.ts';
import { requireBaseOf } from './current-directory.ts';

export interface UserFileOptions {
  /** A longer file is refused; it is counted while it is read, since a device has no size. */
  readonly maxBytes: number;
  /** Ends the reading, also of a pipe whose writer stays silent. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The bytes of a file that the user named: a regular file, a device, or a pipe until its writers have closed it.
 *
 * @throws ReventoError `file` when there are more than `maxBytes`, `interrupted`; the system's own error when it
 *   cannot be read
 */
export async function readUserFile(path: string, { maxBytes, signal }: UserFileOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of piecesOfFile(path, { signal })) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new ReventoError('file', `${path} is longer than the limit of ${maxBytes / 1024 ** 2} MB.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/**
 * The same piece by piece, without a limit.
 *
 * @param pieceBytes  as many are read at once; default: as many as Node chooses
 */
export async function* piecesOfFile(
  path: string | Buffer,
  { signal, pieceBytes }: Pick<UserFileOptions, 'signal'> & { readonly pieceBytes?: number },
): AsyncGenerator<Buffer, void, void> {
  requireBaseOf(`${path}`);
  const stream = await openUserFile(path, pieceBytes);
  const stop = () => stream.destroy();
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  if (signal?.aborted) throw new ReventoError('interrupted', `Interrupted while reading ${path}.`);
}

/**
 * Opens without waiting for a writer. A thread that waits in `open` or `read` can't be stopped, and even
 * `process.exit` waits for it; a pipe is therefore read through the event loop.
 */
async function openUserFile(path: string | Buffer, pieceBytes?: number): Promise<Readable> {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants;
  const fd = await promisify(open)(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  let status: Stats;
  try {
    status = await promisify(fstat)(fd);
  } catch (error) {
    close(fd);
    throw error;
  }
  if (status.isFIFO()) return openPipe(fd);
  if (isatty(fd)) return new ReadStream(fd);
  return createReadStream('', { fd, ...(pieceBytes !== undefined && { highWaterMark: pieceBytes }) });
}

/** What the runtime of the one file has for a pipe: its `Socket` takes one without a writer for an ended one. */
const { Bun } = globalThis as { Bun?: { file(fd: number): { stream(): ReadableStream } } };

function openPipe(fd: number): Readable {
  return Bun === undefined
    ? new Socket({ fd, readable: true, writable: false })
    : Readable.fromWeb(Bun.file(fd).stream());
}

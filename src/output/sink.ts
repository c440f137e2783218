import { fstatSync, writeSync } from 'node:fs';
import { ReventoError } from '../errors/revento-error.ts';

/** The destination of a printer's chunks. */
export interface Sink {
  /**
   * Resolves to true when more may be written, or to false once the reader has left.
   *
   * @throws ReventoError `disk_full` or `file` when the output cannot be written whole
   */
  write(chunk: string | Uint8Array): Promise<boolean>;
  /** Resolves when everything that was written has left the process. @throws as `write` */
  flush(): Promise<void>;
  readonly isClosed: boolean;
}

/** What a sink uses of a stream. */
type SinkStream = Pick<NodeJS.WritableStream, 'write' | 'on'> & { readonly fd?: unknown; readonly isTTY?: boolean };

/** How long an interrupted run waits for a reader that reads nothing, such as a stopped one. */
const readerGraceMs = 1_000;

/**
 * A sink on a stream such as stdout.
 *
 * @param run  its signal, which is asked for when a reader is slow, is aborted when the run is to end: a reader that is
 *   stuck is waited for no longer than a second then
 */
export function createSink(stream: SinkStream, run: { readonly signal: AbortSignal }): Sink {
  const fd = fileOf(stream);
  return fd === null ? createStreamSink(stream, run) : createFileSink(fd);
}

/** Waits while the reader is slow, and takes a closed pipe as the end of the run rather than a failure. */
function createStreamSink(stream: SinkStream, run: { readonly signal: AbortSignal }): Sink {
  let isClosed = false;
  let failure: ReventoError | null = null;
  let unwritten = 0;
  let wake: () => void = () => undefined;

  const fail = (error: NodeJS.ErrnoException) => {
    if (readerLeft.has(error.code ?? '')) isClosed = true;
    else failure ??= toReventoError(error);
    wake();
  };
  // These stay attached: without a listener a late EPIPE would end the process with a stack trace.
  stream.on('error', fail);
  stream.on('close', () => {
    isClosed = true;
    wake();
  });
  const giveUp = () => {
    failure ??= new ReventoError('interrupted', 'Interrupted.');
    wake();
  };
  const settle = async () => {
    const forget = afterAbort(run.signal, readerGraceMs, giveUp);
    while (unwritten > 0 && !isClosed && failure === null) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    forget();
    if (failure !== null) throw failure;
  };

  return {
    get isClosed() {
      return isClosed;
    },
    async write(chunk) {
      if (failure !== null) throw failure;
      if (isClosed) return false;
      unwritten++;
      const hasRoom = stream.write(chunk, (error) => {
        unwritten--;
        if (error) fail(error);
        else wake();
      });
      if (!hasRoom) await settle();
      return !isClosed;
    },
    flush: settle,
  };
}

/** Calls back this long after the signal was aborted, or from now if it already was. @returns what cancels it */
function afterAbort(signal: AbortSignal, delayMs: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const arm = () => {
    timer = setTimeout(callback, delayMs);
  };
  if (signal.aborted) arm();
  else signal.addEventListener('abort', arm, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', arm);
  };
}

/**
 * Node's own stream for a redirected stdout takes a short write for a whole one: on a disk that is almost full the
 * end of the output would be missing without any error. So files are written here, to the last byte.
 */
export function createFileSink(fd: number, name = 'The output'): Sink {
  return {
    isClosed: false,
    async write(chunk) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
      } catch (error) {
        throw toReventoError(error as NodeJS.ErrnoException, name);
      }
      return true;
    },
    flush: async () => undefined,
  };
}

/** The descriptor when the stream is a regular file or a device that is not a terminal; null when that is unknown. */
function fileOf(stream: SinkStream): number | null {
  if (typeof stream.fd !== 'number' || stream.isTTY === true) return null;
  try {
    const stat = fstatSync(stream.fd);
    return stat.isFile() || stat.isCharacterDevice() ? stream.fd : null;
  } catch {
    // Windows has handles, such as some pipes, of which it tells nothing. The stream reports what it cannot write.
    return null;
  }
}

/** Error codes of a write when the other end of a pipe or socket is closed. */
const readerLeft: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'EOF', 'ERR_STREAM_DESTROYED']);

function toReventoError(error: NodeJS.ErrnoException, name = 'The output'): ReventoError {
  return error.code === 'ENOSPC' || error.code === 'EDQUOT'
    ? new ReventoError(
        'disk_full',
        `The disk is full: ${name === 'The output' ? 'the output' : name} is incomplete.`,
        {},
        { cause: error },
      )
    : new ReventoError('file', `${name} cannot be written: ${error.code ?? error.message}`, {}, { cause: error });
}

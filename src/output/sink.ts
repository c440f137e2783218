import { ReventoError } from '../errors.ts';

/** Where a printer's chunks go. */
export interface Sink {
  /**
   * Resolves when more may be written: true, or false once nobody reads any more.
   *
   * @throws ReventoError `disk_full` or `file` when the stream cannot take it
   */
  write(chunk: string | Uint8Array): Promise<boolean>;
  /** Resolves when everything written has left the process. */
  flush(): Promise<void>;
  readonly isClosed: boolean;
}

/** A sink on a stream such as stdout: waits while the reader is slow, and takes a closed pipe as the end. */
export function createSink(stream: NodeJS.WritableStream): Sink {
  let isClosed = false;
  let failure: Error | null = null;

  const fail = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') isClosed = true;
    else failure ??= toReventoError(error);
  };
  stream.on('error', fail);
  stream.on('close', () => {
    isClosed = true;
  });

  return {
    get isClosed() {
      return isClosed;
    },
    async write(chunk) {
      if (failure !== null) throw failure;
      if (isClosed) return false;
      await new Promise<void>((resolve) => {
        stream.write(chunk, (error) => {
          if (error) fail(error);
          resolve();
        });
      });
      if (failure !== null) throw failure;
      return !isClosed;
    },
    async flush() {
      if (failure !== null) throw failure;
    },
  };
}

function toReventoError(error: NodeJS.ErrnoException): ReventoError {
  return error.code === 'ENOSPC' || error.code === 'EDQUOT'
    ? new ReventoError('disk_full', 'the disk is full: the output is incomplete', {}, { cause: error })
    : new ReventoError('file', `cannot write the output: ${error.code ?? error.message}`, {}, { cause: error });
}

import { createReadStream } from 'node:fs';
import { ReventoError } from '../errors/revento-error.ts';

/**
 * A file's bytes, counted while they are read: a device, or a file that grows, would fill the memory.
 *
 * @throws ReventoError `file` when there are more than `maxBytes`; the system's own error when it cannot be read
 */
export async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new ReventoError('file', `${path} is longer than ${maxBytes / 1024 ** 2} MB, the most that is read.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type BodyLanes, LanePass, shortBodyBytes } from './lanes.ts';

/** Unread body of a refused request: taken in up to this much, so that the sender gets to read the answer. */
const drainLimitBytes = 256 * 1024;
const drainLimitMs = 500;

/**
 * All of a request's body as it was on the wire.
 *
 * @returns the bytes; `too_long` as soon as they exceed `maxBytes` (at most that much was held in memory); `gone`
 *          when the peer left in the middle
 */
export function readBody(
  message: IncomingMessage,
  maxBytes: number,
  lanes: BodyLanes,
): Promise<Uint8Array | 'too_long' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let pass: LanePass | null = null;
    const finish = (result: Uint8Array | 'too_long' | 'gone') => {
      pass?.done();
      message.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      // A reset after this point is handled while answering.
      message.on('error', () => undefined);
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        finish('too_long');
        return;
      }
      chunks.push(chunk);
      if (size <= shortBodyBytes) return;
      pass ??= new LanePass(lanes, message);
      pass.arrived();
    };
    const onEnd = () => finish(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    const onGone = () => finish('gone');
    message.on('data', onData).once('end', onEnd).once('close', onGone).once('error', onGone);
  });
}

/**
 * The beginning of a request's body, read no further: the sender has to wait, and `refuseBody` takes the rest.
 *
 * @returns at most `maxBytes`, and whether that is all; `gone` when the peer left before
 */
export function readExcerpt(
  message: IncomingMessage,
  maxBytes: number,
): Promise<{ readonly body: Uint8Array; readonly isWhole: boolean } | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (result: { body: Uint8Array; isWhole: boolean } | 'gone') => {
      message.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      message.on('error', () => undefined);
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBytes) return;
      message.pause();
      // A copy: a part of a chunk would hold all of it in memory.
      finish({ body: Buffer.from(Buffer.concat(chunks).subarray(0, maxBytes)), isWhole: false });
    };
    const onEnd = () => finish({ body: Buffer.concat(chunks), isWhole: true });
    const onGone = () => finish('gone');
    message.on('data', onData).once('end', onEnd).once('close', onGone).once('error', onGone);
  });
}

/**
 * Lets the rest of an unwanted body run into nothing, within limits, then destroys the connection. Closing it at
 * once would reset it, and the sender would see the reset instead of the status.
 */
export function refuseBody(message: IncomingMessage, reply: ServerResponse): void {
  const { socket } = message;
  message.on('error', () => undefined);
  // Of one that is declared too long for that, reading a part would only cost time.
  if (Number(message.headers['content-length'] ?? 0) > drainLimitBytes) return;
  let drained = 0;
  const destroy = () => {
    clearTimeout(timer);
    socket.destroy();
  };
  const timer = setTimeout(destroy, drainLimitMs);
  socket.once('close', () => clearTimeout(timer));
  message.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > drainLimitBytes) destroy();
  });
  message.once('end', () => reply.once('close', () => socket.destroySoon()));
  message.resume();
}

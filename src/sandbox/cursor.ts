import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const macBytes = 16;

/**
 * Cursors that mean nothing to anybody else: a position, bound to the list it belongs to and signed with a key that
 * lives as long as the sandbox. Source: guide, pagination ("opaque").
 */
export class Cursors {
  readonly #key = randomBytes(32);

  /** A cursor that goes on at `position` of the list. base64url, no padding. */
  issue(list: string, position: number): string {
    const payload = Buffer.alloc(6);
    payload.writeUIntBE(position, 0, 6);
    return Buffer.concat([payload, this.#mac(list, payload)]).toString('base64url');
  }

  /** The position a cursor stands for; null when it was altered or belongs to another list. Never throws. */
  read(list: string, cursor: string): number | null {
    if (!/^[A-Za-z0-9_-]+$/.test(cursor)) return null;
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length !== 6 + macBytes || bytes.toString('base64url') !== cursor) return null;
    const payload = bytes.subarray(0, 6);
    return timingSafeEqual(bytes.subarray(6), this.#mac(list, payload)) ? payload.readUIntBE(0, 6) : null;
  }

  #mac(list: string, payload: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(`${list}\0`).update(payload).digest().subarray(0, macBytes);
  }
}

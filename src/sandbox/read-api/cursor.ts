import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const positionBytes = 6;
const payloadBytes = positionBytes + 1;
const macBytes = 16;
/** The prefix of a cursor in the other format. An unencoded plus sign arrives as a space. */
const otherPrefix = 'v2:+/';

/** Where a list continues. */
export interface Place {
  readonly position: number;
  /** Distinguishes two cursors of one position: an empty page may have has_more. */
  readonly variant: 0 | 1;
}

/**
 * Opaque cursors: a position, bound to its list and signed with a key that is saved with the sandbox. Source: guide,
 * pagination ("opaque").
 */
export class Cursors {
  #key = randomBytes(32);

  /** base64url of the key. */
  save(): string {
    return this.#key.toString('base64url');
  }

  /** Uses a saved key, so that earlier cursors stay valid. */
  load(key: string): void {
    this.#key = Buffer.from(key, 'base64url');
  }

  /**
   * A cursor that continues at `position` of the list: base64url, no padding.
   *
   * @param isOther  in another format, with characters that have a meaning in a URL
   */
  issue(list: string, { position, variant }: Place, isOther = false): string {
    const payload = Buffer.alloc(payloadBytes);
    payload.writeUIntBE(position, 0, positionBytes);
    payload.writeUInt8(variant, positionBytes);
    const bytes = Buffer.concat([payload, this.#mac(list, payload)]);
    return isOther ? `${otherPrefix}${bytes.toString('base64')}` : bytes.toString('base64url');
  }

  /** The position of a cursor; null if it was altered or belongs to another list. */
  read(list: string, cursor: string): Place | null {
    const isOther = cursor.startsWith(otherPrefix);
    const [text, encoding] = isOther
      ? ([cursor.slice(otherPrefix.length), 'base64'] as const)
      : ([cursor, 'base64url'] as const);
    const bytes = Buffer.from(text, encoding);
    if (bytes.length !== payloadBytes + macBytes || bytes.toString(encoding) !== text) return null;
    const payload = bytes.subarray(0, payloadBytes);
    if (!timingSafeEqual(bytes.subarray(payloadBytes), this.#mac(list, payload))) return null;
    return { position: payload.readUIntBE(0, positionBytes), variant: payload.readUInt8(positionBytes) === 1 ? 1 : 0 };
  }

  #mac(list: string, payload: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(`${list}\0`).update(payload).digest().subarray(0, macBytes);
  }
}

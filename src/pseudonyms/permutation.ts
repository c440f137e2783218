import { type Cipher, createCipheriv } from 'node:crypto';

/** Of a Feistel network; four are proven to suffice for random functions (Luby and Rackoff, 1988). */
const rounds = 6;

/** In a larger domain no number stays itself by chance. */
const smallDomain = 1n << 24n;

/** The largest domain: each half must fit into a block of the cipher beside its tweak. */
export const largestDomain = 1n << 126n;

/**
 * Secret permutations of the numbers below a limit, without a table: two numbers never get the same substitute.
 * A Feistel network over the smallest even number of bits, walked until it lands below the limit (FF1's idea, with
 * AES as its round function).
 */
export class Permutation {
  readonly #cipher: Cipher;
  readonly #block = Buffer.alloc(16);

  /** @param key  32 bytes */
  constructor(key: Uint8Array) {
    this.#cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  }

  /**
   * The substitute of a number, which is not the number itself: in a small domain, the one after it in a secret order.
   *
   * @param tweak  chooses one of the orders, 32 bits
   * @param size  the limit, at most `largestDomain`
   */
  of(value: bigint, size: bigint, tweak: number): bigint {
    if (size < 2n) return value;
    const place = this.#walk(value, size, tweak, 'there');
    return size > smallDomain ? place : this.#walk((place + 1n) % size, size, tweak, 'back');
  }

  #walk(value: bigint, size: bigint, tweak: number, way: 'there' | 'back'): bigint {
    const half = BigInt(Math.max(1, Math.ceil((size - 1n).toString(2).length / 2)));
    const mask = (1n << half) - 1n;
    let one = value;
    do {
      let [left, right] = [one >> half, one & mask];
      for (let step = 0; step < rounds; step++) {
        if (way === 'there') [left, right] = [right, left ^ (this.#mix(right, step, tweak) & mask)];
        else [left, right] = [right ^ (this.#mix(left, rounds - 1 - step, tweak) & mask), left];
      }
      one = (left << half) | right;
    } while (one >= size);
    return one;
  }

  #mix(value: bigint, round: number, tweak: number): bigint {
    const block = this.#block;
    block.writeBigUInt64BE(value);
    block.writeUInt32BE(tweak >>> 0, 8);
    block.writeUInt32BE(round, 12);
    return this.#cipher.update(block).readBigUInt64BE();
  }
}

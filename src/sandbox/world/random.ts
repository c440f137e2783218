/**
 * A number that depends only on its arguments: the same seed gives the same test data on every machine, and
 * row 99,999 costs as much as row 0.
 *
 * @param stream  the use of the number, which makes two fields of one row independent
 * @returns an unsigned 32-bit integer
 *
 * Not for secrets.
 */
export function roll(seed: number, stream: string, index: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ index;
  for (let i = 0; i < stream.length; i++) hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ index, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** One entry of a list, chosen by `roll`. */
export function pick<T>(list: readonly [T, ...T[]], seed: number, stream: string, index: number): T {
  return list[roll(seed, stream, index) % list.length] ?? list[0];
}

/** An id such as `ptp_1t2q9xk0c7ab3f`: the prefix and 14 characters that stay the same for a seed and index. */
export function idOf(prefix: string, seed: number, index: number): string {
  const part = (stream: string) =>
    roll(seed, prefix + stream, index)
      .toString(36)
      .padStart(7, '0');
  return `${prefix}_${part('a')}${part('b')}`;
}

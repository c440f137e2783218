import { asBuffer } from '../text/bytes.ts';
import { bytesPerLine } from './model/hex.ts';
import type { ByteComparison } from './model/wire.ts';

/** Finds the first byte that differs from what was sent. */
export function byteComparison(sent: Uint8Array, arrived: Uint8Array): ByteComparison {
  const differsAt = firstDifference(sent, arrived);
  const from = differsAt === null ? 0 : differsAt - (differsAt % bytesPerLine);
  const to = differsAt === null ? 0 : from + bytesPerLine;
  return {
    sent_bytes: sent.length,
    arrived_bytes: arrived.length,
    differs_at: differsAt,
    sent_line: asBuffer(sent.subarray(from, to)).toString('hex'),
    arrived_line: asBuffer(arrived.subarray(from, to)).toString('hex'),
  };
}

function firstDifference(a: Uint8Array, b: Uint8Array): number | null {
  const common = Math.min(a.length, b.length);
  for (let at = 0; at < common; at++) if (a[at] !== b[at]) return at;
  return a.length === b.length ? null : common;
}

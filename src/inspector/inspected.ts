import type { HeaderList } from '../ports/exchange.ts';
import { deliveryLine } from '../webhook/listener/delivery-line.ts';
import type { Lane } from '../webhook/listener/hub.ts';
import type { Answered } from '../webhook/listener/listen-event.ts';
import type { Recorded } from '../webhook/recorded-line.ts';
import type { Posted } from '../webhook/sending/post.ts';

/** All that is kept of a delivery while it can be looked at. */
export interface Inspected {
  /** Its `delivery` line. */
  readonly line: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly isWhole: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  /** Why it did not verify when it came; null for a verified one. */
  readonly reason: string | null;
  readonly posted: readonly Posted[];
}

/** What a listener reported, and the room it is kept in. */
export function fromListener({ delivery, evidence, results, status }: Answered): [Inspected, Lane] {
  const { headers, body } = evidence ?? delivery;
  const inspected: Inspected = {
    line: deliveryLine(delivery, results, status),
    headers,
    body,
    isWhole: evidence !== null || delivery.body.length === delivery.bodyBytes,
    receivedAt: delivery.receivedAt,
    reason: delivery.reason,
    posted: results,
  };
  return [inspected, delivery.reason === null ? 'verified' : 'stranger'];
}

/** @param line  the line of the recording that it was read from */
export function fromRecording({ headers, body, receivedAt, invalid }: Recorded, line: string): Inspected {
  return { line, headers, body, isWhole: true, receivedAt, reason: invalid, posted: [] };
}

/** About what it holds in memory. */
export function weightOf({ line, body, posted }: Inspected): number {
  let bytes = 1_024 + 2 * line.length + body.length;
  for (const { response } of posted) bytes += 512 + (response?.body.length ?? 0);
  return bytes;
}

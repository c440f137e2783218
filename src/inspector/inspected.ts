import type { HeaderList } from '../ports/exchange.ts';
import { apart } from '../text/bytes.ts';
import type { Scrubbed } from '../webhook/file-key.ts';
import { deliveryLine } from '../webhook/listener/delivery-line.ts';
import type { Lane } from '../webhook/listener/hub.ts';
import type { Answered } from '../webhook/listener/listen-event.ts';
import type { Recorded } from '../webhook/recorded-line.ts';
import type { Posted } from '../webhook/sending/post.ts';

/** Everything that is kept of a delivery for the page. */
export interface Inspected {
  /** Its `delivery` line. */
  readonly line: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly isWhole: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  /** Why it failed verification on arrival; null for a verified delivery. */
  readonly reason: string | null;
  readonly posted: readonly Posted[];
  /** How it was scrubbed, for a delivery of a scrubbed recording; null otherwise. */
  readonly scrubbed: Scrubbed | null;
}

/** What a listener reported, and the limits for keeping it. */
export function fromListener({ delivery, evidence, results, status }: Answered): [Inspected, Lane] {
  const { headers, body } = evidence ?? delivery;
  const inspected: Inspected = {
    line: deliveryLine(delivery, results, status),
    headers,
    body: apart(body),
    isWhole: evidence !== null || delivery.body.length === delivery.bodyBytes,
    receivedAt: delivery.receivedAt,
    reason: delivery.reason,
    posted: results,
    scrubbed: null,
  };
  return [inspected, delivery.reason === null ? 'verified' : 'stranger'];
}

/** @param line  the line of the recording that it was read from */
export function fromRecording({ headers, body, receivedAt, invalid, scrubbed }: Recorded, line: string): Inspected {
  return { line, headers, body, isWhole: true, receivedAt, reason: invalid, posted: [], scrubbed };
}

/** An error, with the stack and the causes it holds. */
const failureBytes = 6 * 1024;
/** A header as a pair of strings, besides its characters. */
const headerBytes = 96;

/** Its approximate size in memory, including everything that a sender or a handler can make long. */
export function weightOf({ line, headers, body, posted }: Inspected): number {
  let bytes = 1_024 + 2 * line.length + weightOfHeaders(headers) + body.length;
  for (const { response, failure, excerpt } of posted) {
    bytes += 512 + 2 * excerpt.length + (failure === null ? 0 : failureBytes);
    if (response !== null) bytes += weightOfHeaders(response.headers) + response.body.length;
  }
  return bytes;
}

function weightOfHeaders(headers: HeaderList): number {
  return headers.reduce((sum, [name, value]) => sum + headerBytes + name.length + value.length, 0);
}

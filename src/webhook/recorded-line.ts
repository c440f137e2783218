import { isUtf8 } from 'node:buffer';
import { isRecord, parseRecord } from '../json/parse.ts';
import type { HeaderList } from '../ports/exchange.ts';
import { plainLine } from '../text/plain-line.ts';
import { readScrubbed, type Scrubbed } from './file-key.ts';
import { readHead } from './head.ts';

/** One delivery of a recording. */
export interface Recorded {
  /** In the file, from 1. */
  readonly lineNumber: number;
  readonly deliveryId: string | null;
  readonly event: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  /** Why it failed verification when it was received; null when the line says that it was verified. */
  readonly invalid: string | null;
  /** The status of the first handler that answered then; null without one. */
  readonly answered: number | null;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** How it was scrubbed: its people are made up, and the key of its file signed it. Null for one as it came. */
  readonly scrubbed: Scrubbed | null;
}

/** The kind of one line of a file. */
type RecordedLine =
  | { readonly kind: 'delivery'; readonly delivery: Recorded }
  /** Not a recorded delivery. */
  | { readonly kind: 'foreign' }
  /** The beginning of a delivery that failed verification: a listener keeps only that. */
  | { readonly kind: 'cut' }
  /** A delivery that somebody changed: its fields contradict each other. `how` is a clause, such as `its body …`. */
  | { readonly kind: 'altered'; readonly how: string };

const foreign: RecordedLine = { kind: 'foreign' };

/**
 * Reads a parsed line as a recorded delivery. Only `headers` and `body_base64` are sent or verified, but users and
 * scripts read `body`, `event` and `delivery_id`: a line in which those contradict the rest is `altered`.
 */
export function readLine(value: unknown, lineNumber: number): RecordedLine {
  if (!isRecord(value) || value['type'] !== 'delivery') return foreign;
  const {
    delivery_id: deliveryId,
    event,
    received_at: receivedAt,
    verified,
    reason,
    headers,
    body: text,
    body_base64: base64,
  } = value;
  const list = toHeaders(headers);
  const at = typeof receivedAt === 'string' ? Date.parse(receivedAt) : Number.NaN;
  if (list === null || typeof base64 !== 'string' || Number.isNaN(at)) return foreign;
  const scrubbed = readScrubbed(value);
  if (scrubbed === 'altered') return { kind: 'altered', how: 'its seal does not match it' };
  if ('body_bytes' in value) return { kind: 'cut' };
  const body = Buffer.from(base64, 'base64');
  // Node's decoder skips characters that are not base64.
  if (body.toString('base64') !== base64) return { kind: 'altered', how: 'its body_base64 is invalid base64' };
  const head = readHead(list);
  if (!agree(text, () => isUtf8(body) && body.toString('utf8') === text)) return disagreeing('body', 'body_base64');
  if (!agree(deliveryId, () => deliveryId === head.deliveryId)) return disagreeing('delivery_id', 'headers');
  const type = typeIn(body);
  // A delivery that failed verification is listed under the type its header claims.
  const isClaimed = verified !== true && event === head.event;
  if (!agree(event, () => isClaimed || event === (type ?? head.event))) {
    return type === null ? disagreeing('event', 'headers') : disagreeing('event', 'body_base64');
  }
  const delivery: Recorded = {
    lineNumber,
    deliveryId: typeof deliveryId === 'string' ? deliveryId : null,
    event: typeof event === 'string' ? event : null,
    receivedAt: at,
    // Only a literal `true` counts: a delivery whose verdict is unclear must not be signed again.
    invalid: verified === true ? null : typeof reason === 'string' ? plainLine(reason, 40) : 'no reason recorded',
    answered: answerIn(value['forward']),
    headers: list,
    body,
    scrubbed,
  };
  return { kind: 'delivery', delivery };
}

function answerIn(forward: unknown): number | null {
  const statuses = Array.isArray(forward) ? (forward as unknown[]).map((one) => isRecord(one) && one['status']) : [];
  const isStatus = (status: unknown) =>
    Number.isInteger(status) && (status as number) >= 200 && (status as number) < 600;
  return (statuses.find(isStatus) as number | undefined) ?? null;
}

function toHeaders(value: unknown): HeaderList | null {
  if (!isRecord(value)) return null;
  const list: [string, string][] = [];
  for (const [name, one] of Object.entries(value)) {
    for (const text of Array.isArray(one) ? (one as unknown[]) : [one]) {
      if (typeof text !== 'string') return null;
      list.push([name, text]);
    }
  }
  return list;
}

/** A member that is absent or null cannot contradict anything. */
function agree(member: unknown, isSame: () => boolean): boolean {
  return member === undefined || member === null || isSame();
}

function disagreeing(member: string, other: string): RecordedLine {
  return { kind: 'altered', how: `its ${member} does not match its ${other}` };
}

function typeIn(body: Buffer): string | null {
  // Deliveries whose body is not JSON are recorded as well.
  const type = parseRecord(body.toString('utf8').replace(/^\ufeff/, ''))?.['type'];
  return typeof type === 'string' ? type : null;
}

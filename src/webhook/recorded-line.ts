import { isUtf8 } from 'node:buffer';
import type { HeaderList } from '../ports/exchange.ts';
import { plainLine } from '../text/plain-line.ts';
import { readHead } from './head.ts';

/** A delivery as a recording has it. */
export interface Recorded {
  /** In the file, from 1. */
  readonly lineNumber: number;
  readonly deliveryId: string | null;
  readonly event: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  /** Why it was not believed when it came; null when the line says that it was verified. */
  readonly invalid: string | null;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

const noDelivery = 'no recorded delivery';

/**
 * A recorded delivery from its parsed line. Only `headers` and `body_base64` are sent or verified, but people and
 * scripts read `body`, `event` and `delivery_id`: a line in which they say something else is not used.
 *
 * @returns the delivery, or what the line is instead, in a few words. Never throws.
 */
export function toRecorded(value: unknown, lineNumber: number): Recorded | string {
  if (!isRecord(value) || value['type'] !== 'delivery') return noDelivery;
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
  if (list === null || typeof base64 !== 'string' || Number.isNaN(at)) return noDelivery;
  const body = Buffer.from(base64, 'base64');
  // Node's decoder passes over whatever is no base64.
  if (body.toString('base64') !== base64) return 'a delivery whose body_base64 is no base64';
  const head = readHead(list);
  if (!agree(text, () => isUtf8(body) && body.toString('utf8') === text)) return disagreeing('body', 'body_base64');
  if (!agree(deliveryId, () => deliveryId === head.deliveryId)) return disagreeing('delivery_id', 'headers');
  const type = typeIn(body);
  // What was not believed is listed under the type that its header claims.
  const isClaimed = verified !== true && event === head.event;
  if (!agree(event, () => isClaimed || event === (type ?? head.event))) {
    return type === null ? disagreeing('event', 'headers') : disagreeing('event', 'body_base64');
  }
  return {
    lineNumber,
    deliveryId: typeof deliveryId === 'string' ? deliveryId : null,
    event: typeof event === 'string' ? event : null,
    receivedAt: at,
    // Nothing but a plain yes is one: what a file leaves open is not to be signed.
    invalid: verified === true ? null : typeof reason === 'string' ? plainLine(reason, 40) : 'no reason recorded',
    headers: list,
    body,
  };
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

/** A member that is absent or null says nothing that could be wrong. */
function agree(member: unknown, isSame: () => boolean): boolean {
  return member === undefined || member === null || isSame();
}

function disagreeing(member: string, other: string): string {
  return `a delivery that was changed: its ${member} does not match its ${other}`;
}

/** The event type that a body names, or null. */
function typeIn(body: Buffer): string | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8').replace(/^\ufeff/, ''));
    const type = isRecord(value) ? value['type'] : null;
    return typeof type === 'string' ? type : null;
  } catch {
    // A delivery of bytes that are no JSON can be recorded as well.
    return null;
  }
}

/** Whether a value is an object with members, which an array is not. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { slim } from './bytes.ts';
import type { DeliveryLine } from './wire.ts';

/** A delivery as the list shows it. Values for the filter are computed once, on arrival. */
export interface Row {
  readonly id: number;
  readonly line: DeliveryLine;
  readonly type: string;
  /** ID of what the event is about; null if the body does not say. */
  readonly subject: string | null;
  readonly atMs: number;
  /**
   * The status of the first handler that did not acknowledge, or else of the first handler; that of the listener
   * without forwarding.
   */
  readonly status: number | null;
  /** The time of the slowest handler; null without forwarding. */
  readonly ms: number | null;
  /** The text of its body and headers in lower case, for free-text search. */
  readonly searched: string;
}

/** All attempts of one delivery, oldest first. */
export interface Group {
  /** The number of the first attempt: a retry does not move its delivery in the list. */
  readonly id: number;
  readonly attempts: readonly Row[];
}

/** The latest attempt, which decides the status of the group. */
export function latest(group: Group): Row {
  return group.attempts[group.attempts.length - 1] as Row;
}

/** Verified, and acknowledged with 2xx. */
export function isGood({ line, status }: Row): boolean {
  return line.verified && status !== null && status >= 200 && status < 300;
}

export function rowOf(id: number, line: DeliveryLine): Row {
  const failed = line.forward.find(({ status }) => status === null || status < 200 || status >= 300);
  const [first] = line.forward;
  const decisive = failed ?? first;
  const text = line.body ?? '';
  return {
    id,
    line: slim(line),
    type: line.event ?? '(no type)',
    subject: subjectOf(text),
    atMs: Date.parse(line.received_at),
    status: decisive === undefined ? line.reply_status : decisive.status,
    ms: line.forward.length === 0 ? null : Math.max(...line.forward.map(({ latency_ms: ms }) => ms)),
    searched: `${line.delivery_id ?? ''}\n${text}\n${Object.values(line.headers).flat().join('\n')}`.toLowerCase(),
  };
}

/**
 * The ID of the participant if there is one, so that everything about a participant is grouped; or else the object's
 * own ID.
 */
function subjectOf(body: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  const data = memberOf(value, 'data');
  for (const name of ['participant_id', 'id']) {
    const id = memberOf(data, name);
    if (typeof id === 'string' && id !== '') return id;
  }
  return null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

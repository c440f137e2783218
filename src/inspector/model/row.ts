import { slim } from './bytes.ts';
import type { DeliveryLine } from './wire.ts';

/** A delivery as the list shows it: what the filter asks for is worked out once, when it arrives. */
export interface Row {
  readonly id: number;
  readonly line: DeliveryLine;
  readonly type: string;
  /** Id of what the event is about; null where the body does not say. */
  readonly subject: string | null;
  readonly atMs: number;
  /** Of the first handler that did not acknowledge, else of the first; of the listener where nothing was forwarded. */
  readonly status: number | null;
  /** Of the slowest handler; null where nothing was forwarded. */
  readonly ms: number | null;
  /** The text of its body and headers in lower case: for free-text search. */
  readonly searched: string;
}

/** All attempts at one delivery, the first one first. */
export interface Group {
  /** Number of the first attempt: a retry does not move its delivery in the list. */
  readonly id: number;
  readonly attempts: readonly Row[];
}

/** The latest attempt: what a group is judged by. */
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

/** The participant where there is one, since everything about a person belongs together; else the thing's own id. */
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

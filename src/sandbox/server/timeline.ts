import { withoutTokens } from '../../text/without-tokens.ts';
import { firstAfter } from '../audit/first-after.ts';
import { type FindingLine, type LogEntry, type LogKind, logPage } from '../control/rows/log.ts';
import type { Delivery, DeliveryEntry } from '../deliveries/delivery.ts';
import type { WithheldEntry } from '../world/consequences.ts';
import type { Happening } from '../world/happening.ts';
import { isoSeconds } from '../world/stage.ts';
import type { RequestEntry } from './journal.ts';

/** The limits of remembered requests and delivery attempts; all happenings are kept. */
const remembered = 10_000;
/** Old entries are dropped in batches: moving the rest for each new one would cost more than the entry. */
const slack = 500;

interface Numbered {
  readonly number: number;
  readonly entry: LogEntry;
}

/** A request in the timeline. */
export type RequestLine = Extract<LogEntry, { kind: 'request' }>;

/** The requested entries. */
interface LogQuery {
  readonly kind?: LogKind;
  readonly subject?: string;
  /** ISO 8601 UTC. */
  readonly since?: string;
  /** The number of the last known entry. */
  readonly after?: number;
  /** Only this many of the newest entries. */
  readonly latest?: number;
}

interface LogPage {
  readonly entries: readonly LogEntry[];
  readonly cursor: number;
  readonly has_more: boolean;
  readonly dropped: { readonly requests: number; readonly deliveries: number };
}

/** Everything that the sandbox did and received, in order. */
export class Timeline {
  readonly #of: Record<LogKind, Numbered[]> = { happening: [], request: [], delivery: [], withheld: [], finding: [] };
  readonly #dropped: Record<LogKind, number> = { happening: 0, request: 0, delivery: 0, withheld: 0, finding: 0 };
  readonly #now: () => number;
  #count = 0;

  /** @param now  time of the sandbox, milliseconds since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  happened(happening: Happening): void {
    this.#add({ kind: 'happening', ...happening });
  }

  requested({ type: _, path, ...request }: RequestEntry): void {
    this.#add({
      kind: 'request',
      at: new Date(this.#now()).toISOString(),
      ...request,
      path: path === null ? null : withoutTokens(path),
    });
  }

  attempted({ type: _, ...attempt }: DeliveryEntry): void {
    this.#add({ kind: 'delivery', ...attempt });
  }

  withheld({ type: _, ...entry }: WithheldEntry): void {
    this.#add({ kind: 'withheld', at: isoSeconds(this.#now()), ...entry });
  }

  /** Takes a finding of the audit. */
  found(line: FindingLine): void {
    this.#add(line);
  }

  /** Starts with the entries of an earlier run, except requests. */
  restore(happenings: readonly Happening[], deliveries: readonly Delivery[]): void {
    const entries: LogEntry[] = [
      ...happenings.map((happening): LogEntry => ({ kind: 'happening', ...happening })),
      ...deliveries.flatMap(attemptsOf),
    ];
    const timeOf = ({ at }: LogEntry) => Date.parse(at);
    for (const entry of entries.sort((a, b) => timeOf(a) - timeOf(b))) this.#add(entry);
  }

  /** The remembered requests, oldest first. */
  requests(): readonly RequestLine[] {
    return this.#of.request.flatMap(({ entry }) => (entry.kind === 'request' ? [entry] : []));
  }

  clear(): void {
    for (const list of Object.values(this.#of)) list.length = 0;
  }

  read({ kind, subject, since, after = 0, latest }: LogQuery): LogPage {
    const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
    const lists = kind === undefined ? Object.values(this.#of) : [this.#of[kind]];
    const found = lists
      .flatMap((list) => list.slice(firstAfter(list, after)))
      .filter(({ entry }) => Date.parse(entry.at) >= from && (subject === undefined || isAbout(entry, subject)))
      .sort((a, b) => a.number - b.number);
    const page = latest === undefined ? found.slice(0, logPage) : found.slice(-latest);
    const hasMore = latest === undefined && found.length > page.length;
    return {
      entries: page.map(({ entry }) => entry),
      cursor: hasMore ? (page.at(-1)?.number ?? after) : Math.max(after, this.#count),
      has_more: hasMore,
      dropped: { requests: this.#dropped.request, deliveries: this.#dropped.delivery },
    };
  }

  #add(entry: LogEntry): void {
    const list = this.#of[entry.kind];
    list.push({ number: ++this.#count, entry });
    if (entry.kind === 'happening' || list.length < remembered + slack) return;
    this.#dropped[entry.kind] += slack;
    list.splice(0, slack);
  }
}

function attemptsOf({ attempts, created_at: _, event_id: __, state, next_attempt_at: nextAt, ...delivery }: Delivery) {
  return attempts.map((attempt, index): LogEntry => {
    const isLast = index === attempts.length - 1;
    const own = isLast ? { state, next_attempt_at: nextAt } : { state: 'pending' as const, next_attempt_at: null };
    return { kind: 'delivery', ...delivery, ...attempt, ...own, attempt: index + 1 };
  });
}

function isAbout(entry: LogEntry, id: string): boolean {
  switch (entry.kind) {
    case 'happening':
      return entry.subject.id === id || entry.id === id;
    case 'delivery':
      return entry.subject === id || entry.delivery_id === id;
    case 'withheld':
      return entry.subject === id || entry.happening_id === id;
    case 'finding':
      return entry.rule === id;
    case 'request':
      return entry.request_id === id || (entry.path?.split('/').includes(id) ?? false);
  }
}

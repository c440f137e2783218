import type { SandboxEvent } from './event.ts';
import { type ApplicationStatus, applicationStatuses, type Participant } from './people.ts';

export interface BoardQuery {
  readonly status?: ApplicationStatus;
  /** Part of a name, or an id; upper and lower case are the same. */
  readonly search?: string;
  readonly offset: number;
  readonly limit: number;
}

export interface BoardPage {
  /** How many there are in each status, whatever is asked for. */
  readonly counts: Readonly<Record<ApplicationStatus, number>>;
  /** How many fit the query. */
  readonly total: number;
  readonly people: readonly Participant[];
}

/**
 * The applications of an event by status: those that changed first, latest change first, then the others in the order
 * of the event. A page of 100,000 people costs one pass over their statuses; whole people are made for the page only.
 */
export class Board {
  readonly #event: SandboxEvent;
  /** The status that each participant started with, as an index into `applicationStatuses`. */
  #first: Uint8Array | null = null;

  constructor(event: SandboxEvent) {
    this.#event = event;
  }

  page({ status, search = '', offset, limit }: BoardQuery): BoardPage {
    const changed = this.#event.changedPeople();
    const first = this.#statuses();
    const isFound = this.#finder(search.trim().toLowerCase());
    const found: number[] = [];
    let total = 0;
    const look = (index: number) => {
      if (!isFound(index)) return;
      if (total >= offset && found.length < limit) found.push(index);
      total++;
    };
    for (const index of [...changed].reverse()) {
      if (status === undefined || this.#event.statusOf(index) === status) look(index);
    }
    const place = status === undefined ? null : applicationStatuses.indexOf(status);
    const isChanged = new Set(changed);
    for (let index = 0; index < first.length; index++) {
      if ((place === null || first[index] === place) && !isChanged.has(index)) look(index);
    }
    return {
      counts: this.#counts(first, changed),
      total,
      people: found.map((index) => this.#event.participant(index)),
    };
  }

  #statuses(): Uint8Array {
    this.#first ??= Uint8Array.from({ length: this.#event.firstCount }, (_, index) =>
      applicationStatuses.indexOf(this.#event.firstStatusOf(index)),
    );
    return this.#first;
  }

  #counts(first: Uint8Array, changed: readonly number[]): BoardPage['counts'] {
    const counted = applicationStatuses.map(() => 0);
    const add = (place: number, by: number) => {
      counted[place] = (counted[place] ?? 0) + by;
    };
    for (const place of first) add(place, 1);
    for (const index of changed) {
      const before = first[index];
      if (before !== undefined) add(before, -1);
      add(applicationStatuses.indexOf(this.#event.statusOf(index)), 1);
    }
    const entries = applicationStatuses.map((name, place) => [name, counted[place] ?? 0]);
    return Object.fromEntries(entries) as BoardPage['counts'];
  }

  #finder(wanted: string): (index: number) => boolean {
    if (wanted === '') return () => true;
    if (wanted.startsWith('ptp_')) {
      const known = this.#event.indexOf(wanted);
      return (index) => index === known;
    }
    return (index) => this.#event.nameOf(index).toLowerCase().includes(wanted);
  }
}

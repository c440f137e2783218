import type { Json } from '../../json/value.ts';
import { withCanaries } from '../seed/canaries.ts';
import type { PinnedActivity, PinnedPerson } from '../seed/seed-document.ts';
import { buildProgram, type Program, type Row } from './event-program.ts';
import type { Fields } from './happening.ts';
import { ownProgram } from './own-program.ts';
import { type ApplicationStatus, displayNameAt, type Participant, participantAt, statusAt } from './people.ts';
import { idOf } from './random.ts';

/** The inputs an event is generated from. */
export interface EventPlan {
  readonly id: string;
  readonly seed: number;
  readonly title: string;
  readonly description: string;
  readonly organization: { readonly id: string; readonly name: string; readonly kind: 'formal' | 'informal' };
  /** Midnight UTC of the first day, milliseconds since the Unix epoch. */
  readonly startsOn: number;
  readonly days: number;
  readonly participantCount: number;
  /** The first participants, if a seed file has them; empty by default. */
  readonly people?: readonly PinnedPerson[];
  /** All activities, if a seed file has them. */
  readonly activities?: readonly PinnedActivity[];
  /** Whether people carry markers for `revento privacy scan`; false by default. */
  readonly hasCanaries?: boolean;
}

const dayMs = 24 * 3_600_000;

/**
 * One event of the sandbox: the data generated from its plan, with later changes applied. Data is computed on demand,
 * so an event of 100,000 participants starts as fast as one of ten.
 */
export class SandboxEvent {
  readonly id: string;
  readonly title: string;
  readonly organization: EventPlan['organization'];
  /** First and last day, as the consent page shows them. */
  readonly dates: string;
  readonly #plan: EventPlan;
  readonly #changedPeople = new Map<number, Participant>();
  readonly #changedActivities = new Map<string, Row>();
  #fields: Fields = {};
  #added = 0;
  #grown: Program | null = null;
  #program: Program | null = null;
  #indexes: Map<string, number> | null = null;

  constructor(plan: EventPlan) {
    this.#plan = plan;
    this.id = plan.id;
    this.title = plan.title;
    this.organization = plan.organization;
    this.dates = describeDates(plan.startsOn, this.#lastDay());
  }

  /** The seed of its data, which markers name. */
  get seed(): number {
    return this.#plan.seed;
  }

  get participantCount(): number {
    return this.#plan.participantCount + this.#added;
  }

  get isArchived(): boolean {
    return typeof this.#fields['archived_at'] === 'string';
  }

  /** Participant number `index` as the read API gives it now. */
  participant(index: number): Participant {
    return this.#changedPeople.get(index) ?? this.#grownPerson(index);
  }

  /** The number of participants at the start. */
  get firstCount(): number {
    return this.#plan.participantCount;
  }

  /** Indexes of participants that changed or were added, in the order of their latest change. */
  changedPeople(): readonly number[] {
    return [...this.#changedPeople.keys()];
  }

  /** The status of a participant at the start. */
  firstStatusOf(index: number): ApplicationStatus {
    return statusAt(this.#plan.seed, index, this.#plan.people?.[index]);
  }

  statusOf(index: number): ApplicationStatus {
    return this.#changedPeople.get(index)?.application_status ?? this.firstStatusOf(index);
  }

  nameOf(index: number): string {
    const changed = this.#changedPeople.get(index);
    if (changed !== undefined) return String(changed['display_name']);
    if (this.#plan.hasCanaries) return String(this.#grownPerson(index)['display_name']);
    return displayNameAt(this.#plan.seed, index, this.#plan.people?.[index]);
  }

  /** The index of the participant with this id; null for an unknown id. */
  indexOf(participantId: string): number | null {
    // Built once, on the first lookup: an ID is a hash and cannot be turned back into a number.
    this.#indexes ??= new Map(Array.from({ length: this.participantCount }, (_, index) => [this.#idOf(index), index]));
    return this.#indexes.get(participantId) ?? null;
  }

  /** The next participant, before they apply. */
  newcomer(): Participant {
    return this.#grownPerson(this.participantCount);
  }

  program(): Program {
    this.#program ??= withChanges(this.#grow(), this.#changedActivities, this.id);
    return this.#program;
  }

  activity(id: string): Row | null {
    return this.program().activities.find((row) => row.id === id) ?? null;
  }

  /** The answer of `/events/{event_id}`. */
  describe(connectedAt: number): Json {
    const { id, organization, title, description, startsOn } = this.#plan;
    return {
      id,
      organization_id: organization.id,
      title,
      description,
      publish_status: 'published',
      min_age: 'age_all',
      timezone: 'Europe/Berlin',
      participants_count: this.participantCount,
      starts_at: new Date(startsOn + 8 * 3_600_000).toISOString(),
      ends_at: new Date(this.#lastDay() + 22 * 3_600_000).toISOString(),
      published_at: '2026-01-05T10:00:00.000Z',
      connected_at: new Date(connectedAt).toISOString(),
      ...this.#fields,
    };
  }

  /** Applies changed fields to a participant, or adds the new one. */
  changeParticipant(id: string, fields: Fields): void {
    const index = this.indexOf(id) ?? this.#add(id);
    const changed = { ...this.participant(index), ...fields } as Participant;
    // At the end: the order is that of the latest changes.
    this.#changedPeople.delete(index);
    this.#changedPeople.set(index, changed);
  }

  changeActivity(id: string, fields: Fields): void {
    this.#changedActivities.set(id, { ...this.activity(id), ...fields } as Row);
    this.#program = null;
  }

  change(fields: Fields): void {
    this.#fields = { ...this.#fields, ...fields };
  }

  /** Drops every change. */
  reset(): void {
    this.#changedPeople.clear();
    this.#changedActivities.clear();
    this.#fields = {};
    this.#added = 0;
    this.#program = null;
    this.#indexes = null;
  }

  #add(id: string): number {
    const index = this.participantCount;
    this.#added++;
    this.#indexes?.set(id, index);
    return index;
  }

  #grow(): Program {
    const { seed, id, startsOn, days, activities } = this.#plan;
    this.#grown ??=
      activities === undefined
        ? buildProgram(seed, id, startsOn, days)
        : ownProgram({ seed, eventId: id, startsOn, activities });
    return this.#grown;
  }

  /** The id alone, which costs a tenth of the whole participant. */
  #idOf(index: number): string {
    const { seed, people } = this.#plan;
    return this.#changedPeople.get(index)?.id ?? people?.[index]?.id ?? idOf('ptp', seed, index);
  }

  #grownPerson(index: number): Participant {
    const waveIds = this.#grow().waves.map(({ id }) => String(id));
    const { seed, people, hasCanaries } = this.#plan;
    const person = participantAt(seed, index, waveIds, people?.[index]);
    return hasCanaries ? withCanaries(person, seed, index) : person;
  }

  #lastDay(): number {
    return this.#plan.startsOn + (this.#plan.days - 1) * dayMs;
  }
}

/** The event program, with changed activities in every place that lists them. */
function withChanges(grown: Program, changed: ReadonlyMap<string, Row>, eventId: string): Program {
  if (changed.size === 0) return grown;
  const activities = grown.activities.map((row) => changed.get(String(row.id)) ?? row);
  const days = [...new Set(grown.threads.map(({ date }) => date))].map((date) => ({
    date: date ?? null,
    threads: grown.threads
      .filter((thread) => thread.date === date)
      .map((thread) => ({ ...thread, activities: activities.filter(({ thread_id: id }) => id === thread.id) })),
  }));
  return { ...grown, activities, tree: { event_id: eventId, days } };
}

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November'],
  'December',
];

/** Hard-coded: the first use of Node's locale data takes as long as the rest of the start. */
function describeDates(first: number, last: number): string {
  const format = (time: number) => {
    const date = new Date(time);
    return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  };
  return first === last ? format(first) : `${format(first)} to ${format(last)}`;
}

import { ignore, type Note } from '../saved/change.ts';
import type { SeedDocument } from '../seed/seed-document.ts';
import type { Subject } from './actions/row.ts';
import { type EventPlan, SandboxEvent } from './event.ts';
import { eventPlans } from './event-plans.ts';
import type { Fields, Happening, SubjectType } from './happening.ts';

/** The event in the guide's examples. Source: guide, the test event. */
export const testEventId = 'evt_test_published';
/** A second event, whose API rejects tokens of the first. */
const otherEventId = 'evt_test_neighbor';

export const defaultParticipants = 42;

/** The id of the one subject that is the integration itself. */
export const integrationId = 'integration';

/** A consent that was given. Wire names. */
export interface Connection extends Fields {
  readonly id: string;
  readonly kind: 'installation' | 'user';
  readonly client_id: string;
  readonly event_id: string;
  readonly organization_id: string;
  readonly user_id: string | null;
  readonly scope: readonly string[];
  readonly connected_at: string;
  readonly revoked_at: string | null;
}

/** The inputs that the data of a sandbox is generated from. */
interface Ground {
  readonly seed: number;
  /** The number of participants of the test event, unless the document sets it. */
  readonly participants: number;
  /** Data from a seed file; none by default. */
  readonly document?: SeedDocument | null;
  /** Whether people carry markers for `revento privacy scan`; false by default. */
  readonly hasCanaries?: boolean;
}

/**
 * The state of a sandbox: the data generated from its seed, and every change since, in order. The read API answers
 * from it, so a delivery and the API cannot disagree.
 */
export class World {
  readonly events: readonly SandboxEvent[];
  readonly #happenings: Happening[] = [];
  readonly #connections = new Map<string, Connection>();
  readonly #note: Note;
  #suspendedAt: string | null = null;

  /**
   * The same inputs give the same data on every machine.
   *
   * @param note  called for every happening
   */
  constructor({ seed, participants, document = null, hasCanaries = false }: Ground, note: Note = ignore) {
    this.#note = note;
    const plans = eventPlans(builtInPlans(seed, participants), seed, document);
    this.events = plans.map((plan) => new SandboxEvent({ ...plan, hasCanaries }));
  }

  get happenings(): readonly Happening[] {
    return this.#happenings;
  }

  get isSuspended(): boolean {
    return this.#suspendedAt !== null;
  }

  /** Every consent, oldest first, including revoked ones. */
  get connections(): readonly Connection[] {
    return [...this.#connections.values()];
  }

  event(id: string): SandboxEvent | null {
    return this.events.find((one) => one.id === id) ?? null;
  }

  /** The subject with this id as an action sees it; null for an unknown id. */
  subject(type: SubjectType, id: string): Subject | null {
    switch (type) {
      case 'participant': {
        const event = this.events.find((one) => one.indexOf(id) !== null);
        const index = event?.indexOf(id) ?? null;
        return event === undefined || index === null ? null : participantSubject(event, index);
      }
      case 'activity': {
        const event = this.events.find((one) => one.activity(id) !== null);
        const fields = event?.activity(id) ?? null;
        if (event === undefined || fields === null) return null;
        return { type, id, event, fields, state: String(fields['capacity_state']) };
      }
      case 'connection': {
        const fields = this.#connections.get(id);
        if (fields === undefined) return null;
        const state = fields.revoked_at === null ? 'connected' : 'revoked';
        return { type, id, event: this.event(fields.event_id), fields, state };
      }
      case 'event': {
        const event = this.event(id);
        if (event === null) return null;
        const fields = event.describe(0) as Fields;
        return { type, id, event, fields, state: String(fields['publish_status']) };
      }
      case 'integration': {
        if (id !== integrationId) return null;
        const state = this.isSuspended ? 'suspended' : 'active';
        return { type, id, event: null, fields: { suspended_at: this.#suspendedAt }, state };
      }
    }
  }

  /** Restores the data of the seed; active consents can be kept, because tokens depend on them. */
  reset(keepsConnections: boolean): void {
    const kept = this.#happenings.filter(
      ({ subject }) => keepsConnections && this.#connections.get(subject.id)?.revoked_at === null,
    );
    this.#happenings.length = 0;
    this.#connections.clear();
    this.#suspendedAt = null;
    for (const event of this.events) event.reset();
    for (const happening of kept) this.record(happening);
  }

  /** Adds a happening and applies it to the state. A saved sandbox is loaded by recording its happenings again. */
  record(happening: Happening): void {
    const { subject, event_id: eventId, after } = happening;
    const event = eventId === null ? null : this.event(eventId);
    this.#happenings.push(happening);
    this.#note({ type: 'happened', happening });
    switch (subject.type) {
      case 'participant':
        event?.changeParticipant(subject.id, after);
        break;
      case 'activity':
        event?.changeActivity(subject.id, after);
        break;
      case 'event':
        event?.change(after);
        break;
      case 'connection':
        this.#connections.set(subject.id, { ...this.#connections.get(subject.id), ...after } as Connection);
        break;
      case 'integration':
        this.#suspendedAt = (after['suspended_at'] as string | null | undefined) ?? null;
    }
  }
}

/** Participant number `index` of an event, as an action sees them. */
export function participantSubject(event: SandboxEvent, index: number): Subject {
  const fields = event.participant(index);
  return { type: 'participant', id: fields.id, event, fields, state: fields.application_status };
}

function builtInPlans(seed: number, participants: number): readonly EventPlan[] {
  return [
    {
      id: testEventId,
      seed,
      title: 'Sandbox Summit 2027',
      description: 'Three days of talks, workshops and cafés – the published test event of the Revento sandbox.',
      organization: { id: 'org_test_formal', name: 'Verein für schöne Ereignisse e. V.', kind: 'formal' },
      startsOn: Date.UTC(2027, 5, 10),
      days: 3,
      participantCount: participants,
    },
    {
      id: otherEventId,
      seed: seed ^ 0x0ddba11,
      title: 'Neighborhood Games Night',
      description: 'Another organization’s event: tokens of the test event are refused here.',
      organization: { id: 'org_test_neighbor', name: 'Friends of Board Games', kind: 'informal' },
      startsOn: Date.UTC(2027, 8, 4),
      days: 1,
      participantCount: Math.min(participants, 12),
    },
  ];
}

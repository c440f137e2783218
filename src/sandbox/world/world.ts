import type { Json } from '../../json/value.ts';
import { buildProgram, type Program, type Row } from './event-program.ts';
import { type Participant, participantAt } from './people.ts';

/** Rows by number, so that a list of any length costs nothing until it is read. */
export interface Rows {
  readonly count: number;
  at(index: number): Json;
}

/** One event of the sandbox with everything in it. */
export interface SandboxEvent {
  readonly id: string;
  readonly title: string;
  readonly organization: { readonly id: string; readonly name: string; readonly kind: 'formal' | 'informal' };
  /** First and last day, as the consent page shows them. */
  readonly dates: string;
  readonly participantCount: number;
  participant(index: number): Participant;
  program(): Program;
  /** The answer of `/events/{event_id}`. */
  describe(connectedAt: number): Json;
}

/** The event that the guide's examples name. Source: guide, the test event. */
export const testEventId = 'evt_test_published';
/** A second one, so that a token of the first is refused somewhere. */
const otherEventId = 'evt_test_neighbour';

export const defaultParticipants = 42;

/** The events of a sandbox. The same seed gives the same data; nothing is computed before it is asked for. */
export function createWorld(seed: number, participants: number): readonly SandboxEvent[] {
  return [
    createEvent({
      id: testEventId,
      seed,
      title: 'Sandbox Summit 2027',
      description: 'Three days of talks, workshops and cafés – the published test event of the Revento sandbox.',
      organization: { id: 'org_test_formal', name: 'Verein für schöne Ereignisse e. V.', kind: 'formal' },
      startsOn: Date.UTC(2027, 5, 10),
      days: 3,
      participantCount: participants,
    }),
    createEvent({
      id: otherEventId,
      seed: seed ^ 0x0ddba11,
      title: 'Neighbourhood Games Night',
      description: 'Another organization’s event: tokens of the test event are refused here.',
      organization: { id: 'org_test_neighbour', name: 'Friends of Board Games', kind: 'informal' },
      startsOn: Date.UTC(2027, 8, 4),
      days: 1,
      participantCount: Math.min(participants, 12),
    }),
  ];
}

interface EventPlan {
  readonly id: string;
  readonly seed: number;
  readonly title: string;
  readonly description: string;
  readonly organization: SandboxEvent['organization'];
  readonly startsOn: number;
  readonly days: number;
  readonly participantCount: number;
}

function createEvent(plan: EventPlan): SandboxEvent {
  let built: Program | null = null;
  const program = () => (built ??= buildProgram(plan.seed, plan.id, plan.startsOn, plan.days));
  let ids: readonly string[] | null = null;
  const waveIds = () => (ids ??= program().waves.map(idOfRow));
  const lastDay = plan.startsOn + (plan.days - 1) * 24 * 3_600_000;
  return {
    id: plan.id,
    title: plan.title,
    organization: plan.organization,
    dates: describeDates(plan.startsOn, lastDay),
    participantCount: plan.participantCount,
    program,
    participant: (index) => participantAt(plan.seed, index, waveIds()),
    describe: (connectedAt) => ({
      id: plan.id,
      organization_id: plan.organization.id,
      title: plan.title,
      description: plan.description,
      publish_status: 'published',
      min_age: 'age_all',
      timezone: 'Europe/Berlin',
      participants_count: plan.participantCount,
      starts_at: new Date(plan.startsOn + 8 * 3_600_000).toISOString(),
      ends_at: new Date(lastDay + 22 * 3_600_000).toISOString(),
      published_at: '2026-01-05T10:00:00.000Z',
      connected_at: new Date(connectedAt).toISOString(),
    }),
  };
}

function idOfRow(row: Row): string {
  return String(row.id);
}

function describeDates(first: number, last: number): string {
  const format = (time: number) =>
    new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  return first === last ? format(first) : `${format(first)} to ${format(last)}`;
}

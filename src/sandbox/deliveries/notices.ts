import { randomUUID } from 'node:crypto';
import type { Json } from '../../json/value.ts';
import { type Envelope, sampleEnvelope } from '../../webhook/event.ts';
import type { Consent } from '../oauth/grants.ts';
import type { Participant } from '../world/people.ts';
import type { SandboxEvent } from '../world/world.ts';

/** What a delivery is about. */
export interface Notice {
  readonly type: string;
  readonly event: SandboxEvent;
  /** Which participant or activity; goes round when there are fewer. */
  readonly index: number;
  readonly occurredAt: string;
  /** Replaces the snapshot; undefined keeps it. */
  readonly data?: Json | undefined;
}

/** The body of a delivery, about somebody the read API knows too. Never throws. */
export function envelopeOf({ type, event, index, occurredAt, data }: Notice): Envelope {
  const envelope = sampleEnvelope(type, {
    id: deliveryEnvelopeId(),
    occurredAt,
    eventId: event.id,
    organizationId: event.organization.id,
  });
  return { ...envelope, data: data ?? snapshotOf(type, event, index, occurredAt) ?? envelope.data };
}

/**
 * What is sent when a consent has ended: that it did, and whose data is meant. Source: guide, data.deletion_required.
 * Assumed: the field names.
 */
export function deletionNotice(consent: Consent, occurredAt: string): Envelope {
  return {
    id: deliveryEnvelopeId(),
    type: 'data.deletion_required',
    occurred_at: occurredAt,
    event_id: consent.eventId,
    organization_id: consent.organizationId,
    data:
      consent.user === null ? { reason: 'integration_revoked' } : { reason: 'user_revoked', user_id: consent.user.id },
  };
}

function deliveryEnvelopeId(): string {
  return `evt_delivery_${randomUUID().replaceAll('-', '')}`;
}

/** Null for types that are about neither a person nor an activity. */
function snapshotOf(type: string, event: SandboxEvent, index: number, at: string): Json | null {
  const [subject, verb = ''] = type.split('.');
  if (subject === 'participant' && event.participantCount > 0) {
    const person = event.participant(index % event.participantCount);
    return { ...person, [verb === 'registered' ? 'registered_at' : 'updated_at']: at };
  }
  if (subject === 'application' && event.participantCount > 0) {
    const person = applicantOf(event, verb === 'submitted' ? 'pending' : verb, index);
    return {
      id: person.application_id,
      participant_id: person.id,
      user_id: person.user_id,
      ...verdicts(verb, at, person.last_reviewer_id),
      custom_form_fields: person.custom_form_fields,
    };
  }
  if (subject === 'activity') {
    const { activities } = event.program();
    const activity = activities[index % activities.length] ?? {};
    return verb === 'capacity_state_changed'
      ? { ...activity, capacity_state: 'full', changed_at: at }
      : { ...activity, updated_at: at };
  }
  return null;
}

/** Participants that are looked at for one whose application has the right status; all four occur early. */
const searchedParticipants = 200;

/** Somebody of whom the read API says the same; anybody where there is none. */
function applicantOf(event: SandboxEvent, status: string, index: number): Participant {
  const searched = Math.min(event.participantCount, searchedParticipants);
  const everybody = Array.from({ length: searched }, (_, at) => event.participant(at));
  const fitting = everybody.filter(({ application_status: found }) => found === status);
  return fitting[index % fitting.length] ?? event.participant(index % event.participantCount);
}

function verdicts(verb: string, at: string, reviewerId: string | null): { readonly [field: string]: Json } {
  if (verb === 'submitted') return { status: 'pending', submitted_at: at };
  if (verb === 'approved') return { status: 'approved', approved_at: at, approver_id: reviewerId ?? 'usr_organizer' };
  return { status: verb, [`${verb}_at`]: at };
}

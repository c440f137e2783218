import { randomUUID } from 'node:crypto';
import type { Json } from '../../json/value.ts';
import { type Envelope, sampleEnvelope } from '../../webhook/event.ts';
import type { SandboxEvent } from '../world/event.ts';
import type { Fields, Happening } from '../world/happening.ts';
import type { World } from '../world/world.ts';

/**
 * The body of the delivery that reports a change: its subject as the read API returns it now.
 * Source: guide, webhook envelope.
 *
 * @param type  the event type that its action sends
 */
export function noticeOf(type: string, happening: Happening, world: World): Envelope {
  const { subject, event_id: eventId, at } = happening;
  const fields = world.subject(subject.type, subject.id)?.fields ?? {};
  return {
    id: envelopeId(),
    type,
    occurred_at: at,
    event_id: eventId,
    organization_id: eventId === null ? null : (world.event(eventId)?.organization.id ?? null),
    data: snapshotOf(type, fields, at),
  };
}

/** A body about a subject that the sandbox does not have: a sample, or the given data. */
export function sampleNotice(type: string, event: SandboxEvent, occurredAt: string, data: Json | undefined): Envelope {
  const context = { id: envelopeId(), occurredAt, eventId: event.id, organizationId: event.organization.id };
  const sample = sampleEnvelope(type, context);
  return { ...sample, data: data ?? sample.data };
}

function envelopeId(): string {
  return `evt_delivery_${randomUUID().replaceAll('-', '')}`;
}

function snapshotOf(type: string, fields: Fields, at: string): Fields {
  const [subject, verb = ''] = type.split('.');
  if (subject === 'application') return applicationSnapshot(verb, fields);
  if (subject === 'participant') return { ...fields, [verb === 'registered' ? 'registered_at' : 'updated_at']: at };
  if (subject === 'activity') return { ...fields, [verb === 'updated' ? 'updated_at' : 'changed_at']: at };
  if (type === 'integration.suspended') return { reason: 'rate_limit_abuse', suspended_at: at };
  // Assumed: the field names. Source: guide, data.deletion_required.
  return fields['kind'] === 'user'
    ? { reason: 'user_revoked', user_id: fields['user_id'] ?? null }
    : { reason: 'integration_revoked' };
}

/** Source: guide, application.approved and application.rejected. Assumed: the same form for the two others. */
function applicationSnapshot(verb: string, person: Fields): Fields {
  const { application_status: status = null, last_reviewed_at: reviewedAt = null } = person;
  const decided: Fields =
    verb === 'submitted'
      ? { submitted_at: person['submitted_at'] ?? null }
      : { [`${verb}_at`]: reviewedAt, ...(verb === 'approved' && { approver_id: person['last_reviewer_id'] ?? null }) };
  return {
    id: person['application_id'] ?? null,
    participant_id: person['id'] ?? null,
    user_id: person['user_id'] ?? null,
    status,
    ...decided,
    custom_form_fields: person['custom_form_fields'] ?? {},
  };
}

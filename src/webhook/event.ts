import type { Json } from '../json/value.ts';

type Data = { readonly [key: string]: Json };

/** The inputs of a sample. */
interface SampleContext {
  /** ISO 8601 UTC with milliseconds: when it happened. */
  readonly occurredAt: string;
  /** Envelope id, such as `evt_delivery_…`. */
  readonly id: string;
  readonly eventId: string;
  readonly organizationId: string;
}

export interface EventRow {
  readonly type: string;
  readonly summary: string;
  /** The guide does not spell out the fields of its `data`: those of the sample are our guess. */
  readonly isAssumed?: true;
  /** It concerns the whole integration: `event_id` and `organization_id` are null. */
  readonly isIntegrationLevel?: true;
  readonly data: (context: SampleContext) => Data;
}

/** The envelope of every delivery. Wire names. Source: guide, webhook envelope. */
export interface Envelope {
  readonly id: string;
  readonly type: string;
  readonly occurred_at: string;
  readonly event_id: string | null;
  readonly organization_id: string | null;
  readonly data: Json;
}

const customFields: Data = { favorite_track: 'Robotics', dietary_notes: 'vegetarian, no nuts' };

const application = (status: string): Data => ({
  id: 'app_sample_01',
  participant_id: 'ptp_sample_01',
  user_id: 'usr_sample_01',
  status,
});

const participant = (at: string): Data => ({
  id: 'ptp_sample_01',
  user_id: 'usr_sample_01',
  application_status: 'approved',
  role: 'attendee',
  custom_form_fields: customFields,
  last_reviewed_at: at,
  last_reviewer_id: 'usr_sample_organizer',
  last_review_action: 'approved',
});

/**
 * Every event type this tool knows, in the guide's order. The list is not complete and never will be: other types are
 * received, verified and shown as well.
 *
 * Source: guide, webhook event types. Assumed: the fields of `data` in rows that say so.
 */
export const eventTypes: readonly EventRow[] = [
  {
    type: 'application.submitted',
    summary: 'a participant submitted an application',
    isAssumed: true,
    data: ({ occurredAt }) => ({
      ...application('pending'),
      submitted_at: occurredAt,
      custom_form_fields: customFields,
    }),
  },
  {
    type: 'application.approved',
    summary: 'an organizer approved an application',
    data: ({ occurredAt }) => ({
      ...application('approved'),
      approved_at: occurredAt,
      approver_id: 'usr_sample_organizer',
      custom_form_fields: customFields,
    }),
  },
  {
    type: 'application.rejected',
    summary: 'an organizer rejected an application',
    data: ({ occurredAt }) => ({
      ...application('rejected'),
      rejected_at: occurredAt,
      custom_form_fields: customFields,
    }),
  },
  {
    type: 'application.revision_requested',
    summary: 'an organizer asked for changes to an application',
    isAssumed: true,
    data: ({ occurredAt }) => ({
      ...application('revision_requested'),
      revision_requested_at: occurredAt,
      custom_form_fields: customFields,
    }),
  },
  {
    type: 'participant.registered',
    summary: 'a participant registered',
    isAssumed: true,
    data: ({ occurredAt }) => ({
      ...participant(occurredAt),
      application_status: 'registered',
      registered_at: occurredAt,
    }),
  },
  {
    type: 'participant.profile_updated',
    summary: 'a participant changed their profile',
    isAssumed: true,
    data: ({ occurredAt }) => ({ ...participant(occurredAt), updated_at: occurredAt }),
  },
  {
    type: 'activity.updated',
    summary: 'an activity of the program changed',
    isAssumed: true,
    data: ({ occurredAt }) => ({
      id: 'act_sample_01',
      title: 'Soldering for beginners',
      status: 'published',
      updated_at: occurredAt,
    }),
  },
  {
    type: 'activity.capacity_state_changed',
    summary: 'snapshot of the signups of an activity, debounced',
    isAssumed: true,
    data: ({ occurredAt }) => ({
      id: 'act_sample_01',
      title: 'Soldering for beginners',
      status: 'published',
      capacity: 24,
      signups: 24,
      capacity_state: 'full',
      snapshot_at: occurredAt,
    }),
  },
  {
    type: 'data.deletion_required',
    summary: 'the connection ended: stop, and delete what you hold of this event',
    isAssumed: true,
    data: () => ({ reason: 'integration_revoked' }),
  },
  {
    type: 'integration.suspended',
    summary: 'Revento suspended the integration',
    isAssumed: true,
    isIntegrationLevel: true,
    data: ({ occurredAt }) => ({ reason: 'rate_limit_abuse', suspended_at: occurredAt }),
  },
];

/** The row of a type; undefined for an unknown one. */
export function knownType(type: string): EventRow | undefined {
  return eventTypes.find((row) => row.type === type);
}

/**
 * A whole sample body. An unknown type gets an event-level envelope with empty data.
 */
export function sampleEnvelope(type: string, context: SampleContext): Envelope {
  const row = knownType(type);
  const isEventLevel = row?.isIntegrationLevel !== true;
  return {
    id: context.id,
    type,
    occurred_at: context.occurredAt,
    event_id: isEventLevel ? context.eventId : null,
    organization_id: isEventLevel ? context.organizationId : null,
    data: row?.data(context) ?? {},
  };
}

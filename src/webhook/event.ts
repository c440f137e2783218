import type { Json } from '../json/value.ts';

type Data = { readonly [key: string]: Json };

/** What a sample is made for. */
export interface SampleContext {
  /** ISO 8601 UTC with milliseconds: when it happened. */
  readonly occurredAt: string;
  /** Envelope id, such as `evt_delivery_…`. */
  readonly id: string;
  readonly eventId: string;
  readonly organizationId: string;
}

interface EventRow {
  readonly type: string;
  readonly summary: string;
  /** The guide does not spell out the fields of its `data`: those of the sample are our guess. */
  readonly isAssumed?: true;
  /** It concerns the whole integration: `event_id` and `organization_id` are null. */
  readonly isIntegrationLevel?: true;
  /** The `data` of a sample. */
  readonly data: (context: SampleContext) => Data;
}

/** The outside of every delivery's body. Wire names. Source: guide, webhook envelope. */
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
 * Every event type this tool knows, in the guide's order. The list is not complete and never will be: a type that
 * is not here is received, verified and shown all the same.
 *
 * Source: guide, webhook event types. Assumed: fields of `data` other than those the guide spells out for
 * `application.approved` and `application.rejected`.
 */
export const eventTypes: readonly EventRow[] = [
  {
    type: 'application.submitted',
    summary: 'a participant has handed in an application',
    isAssumed: true,
    data: ({ occurredAt }) => ({
      ...application('pending'),
      submitted_at: occurredAt,
      custom_form_fields: customFields,
    }),
  },
  {
    type: 'application.approved',
    summary: 'an organizer has approved an application',
    data: ({ occurredAt }) => ({
      ...application('approved'),
      approved_at: occurredAt,
      approver_id: 'usr_sample_organizer',
      custom_form_fields: customFields,
    }),
  },
  {
    type: 'application.rejected',
    summary: 'an organizer has rejected an application',
    data: ({ occurredAt }) => ({
      ...application('rejected'),
      rejected_at: occurredAt,
      custom_form_fields: customFields,
    }),
  },
  {
    type: 'application.revision_requested',
    summary: 'an organizer wants an application changed',
    isAssumed: true,
    data: ({ occurredAt }) => ({
      ...application('revision_requested'),
      revision_requested_at: occurredAt,
      custom_form_fields: customFields,
    }),
  },
  {
    type: 'participant.registered',
    summary: 'somebody has become a participant',
    isAssumed: true,
    data: ({ occurredAt }) => ({ ...participant(occurredAt), registered_at: occurredAt }),
  },
  {
    type: 'participant.profile_updated',
    summary: 'a participant has changed their profile',
    isAssumed: true,
    data: ({ occurredAt }) => ({ ...participant(occurredAt), updated_at: occurredAt }),
  },
  {
    type: 'activity.updated',
    summary: 'an activity of the program has changed',
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
    summary: 'an activity has filled up, or has room again',
    isAssumed: true,
    data: ({ occurredAt }) => ({
      id: 'act_sample_01',
      title: 'Soldering for beginners',
      status: 'published',
      capacity_state: 'full',
      changed_at: occurredAt,
    }),
  },
  {
    type: 'data.deletion_required',
    summary: 'consent has ended: delete what you hold of this event',
    data: () => ({ reason: 'integration_revoked' }),
  },
  {
    type: 'integration.suspended',
    summary: 'Revento has suspended the integration',
    isAssumed: true,
    isIntegrationLevel: true,
    data: ({ occurredAt }) => ({ reason: 'rate_limit_abuse', suspended_at: occurredAt }),
  },
];

/** The row of a type, or undefined for one this tool does not know. */
export function knownType(type: string): EventRow | undefined {
  return eventTypes.find((row) => row.type === type);
}

/**
 * A whole sample body. An unknown type gets an event-level envelope with empty data.
 *
 * Never throws.
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

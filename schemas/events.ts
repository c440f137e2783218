export interface Envelope<Type extends string, Data, Id = string> {
  id: string;
  type: Type;
  occurred_at: string;
  event_id: Id;
  organization_id: Id;
  data: Data;
}

/** a participant submitted an application */
export interface ApplicationSubmittedData {
  id?: string | null;
  participant_id?: string | null;
  user_id?: string | null;
  status?: string | null;
  submitted_at?: string | null;
  custom_form_fields?: Record<string, unknown> | null;
  [field: string]: unknown;
}

/** an organizer approved an application */
export interface ApplicationApprovedData {
  id: string;
  participant_id: string;
  user_id: string;
  status: string;
  approved_at: string;
  approver_id: string;
  custom_form_fields: Record<string, unknown>;
  [field: string]: unknown;
}

/** an organizer rejected an application */
export interface ApplicationRejectedData {
  id: string;
  participant_id: string;
  user_id: string;
  status: string;
  rejected_at: string;
  custom_form_fields: Record<string, unknown>;
  [field: string]: unknown;
}

/** an organizer asked for changes to an application */
export interface ApplicationRevisionRequestedData {
  id?: string | null;
  participant_id?: string | null;
  user_id?: string | null;
  status?: string | null;
  revision_requested_at?: string | null;
  custom_form_fields?: Record<string, unknown> | null;
  [field: string]: unknown;
}

/** a participant registered */
export interface ParticipantRegisteredData {
  id?: string | null;
  user_id?: string | null;
  application_status?: string | null;
  role?: string | null;
  custom_form_fields?: Record<string, unknown> | null;
  last_reviewed_at?: string | null;
  last_reviewer_id?: string | null;
  last_review_action?: string | null;
  registered_at?: string | null;
  [field: string]: unknown;
}

/** a participant changed their profile */
export interface ParticipantProfileUpdatedData {
  id?: string | null;
  user_id?: string | null;
  application_status?: string | null;
  role?: string | null;
  custom_form_fields?: Record<string, unknown> | null;
  last_reviewed_at?: string | null;
  last_reviewer_id?: string | null;
  last_review_action?: string | null;
  updated_at?: string | null;
  [field: string]: unknown;
}

/** an activity of the program changed */
export interface ActivityUpdatedData {
  id?: string | null;
  title?: string | null;
  status?: string | null;
  updated_at?: string | null;
  [field: string]: unknown;
}

/** snapshot of the signups of an activity, debounced */
export interface ActivityCapacityStateChangedData {
  id?: string | null;
  title?: string | null;
  status?: string | null;
  capacity?: number | null;
  signups?: number | null;
  capacity_state?: string | null;
  snapshot_at?: string | null;
  [field: string]: unknown;
}

/** the connection ended: stop, and delete what you hold of this event */
export interface DataDeletionRequiredData {
  reason?: string | null;
  [field: string]: unknown;
}

/** Revento suspended the integration */
export interface IntegrationSuspendedData {
  reason?: string | null;
  suspended_at?: string | null;
  [field: string]: unknown;
}

export type KnownEvent =
  | Envelope<'application.submitted', ApplicationSubmittedData>
  | Envelope<'application.approved', ApplicationApprovedData>
  | Envelope<'application.rejected', ApplicationRejectedData>
  | Envelope<'application.revision_requested', ApplicationRevisionRequestedData>
  | Envelope<'participant.registered', ParticipantRegisteredData>
  | Envelope<'participant.profile_updated', ParticipantProfileUpdatedData>
  | Envelope<'activity.updated', ActivityUpdatedData>
  | Envelope<'activity.capacity_state_changed', ActivityCapacityStateChangedData>
  | Envelope<'data.deletion_required', DataDeletionRequiredData>
  | Envelope<'integration.suspended', IntegrationSuspendedData, null>;

export type UnknownEvent = Envelope<string & {}, Record<string, unknown>, string | null>;

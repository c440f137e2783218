package revento

import "encoding/json"

// Envelope is what every delivery carries. Decode Data by Type.
type Envelope struct {
	ID             string          `json:"id"`
	Type           string          `json:"type"`
	OccurredAt     string          `json:"occurred_at"`
	EventID        *string         `json:"event_id"`
	OrganizationID *string         `json:"organization_id"`
	Data           json.RawMessage `json:"data"`
}

// ApplicationSubmittedData is the data of application.submitted: a participant submitted an application.
type ApplicationSubmittedData struct {
	ID               *string        `json:"id,omitempty"`
	ParticipantID    *string        `json:"participant_id,omitempty"`
	UserID           *string        `json:"user_id,omitempty"`
	Status           *string        `json:"status,omitempty"`
	SubmittedAt      *string        `json:"submitted_at,omitempty"`
	CustomFormFields map[string]any `json:"custom_form_fields,omitempty"`
}

// ApplicationApprovedData is the data of application.approved: an organizer approved an application.
type ApplicationApprovedData struct {
	ID               string         `json:"id"`
	ParticipantID    string         `json:"participant_id"`
	UserID           string         `json:"user_id"`
	Status           string         `json:"status"`
	ApprovedAt       string         `json:"approved_at"`
	ApproverID       string         `json:"approver_id"`
	CustomFormFields map[string]any `json:"custom_form_fields"`
}

// ApplicationRejectedData is the data of application.rejected: an organizer rejected an application.
type ApplicationRejectedData struct {
	ID               string         `json:"id"`
	ParticipantID    string         `json:"participant_id"`
	UserID           string         `json:"user_id"`
	Status           string         `json:"status"`
	RejectedAt       string         `json:"rejected_at"`
	CustomFormFields map[string]any `json:"custom_form_fields"`
}

// ApplicationRevisionRequestedData is the data of application.revision_requested: an organizer asked for changes to an application.
type ApplicationRevisionRequestedData struct {
	ID                  *string        `json:"id,omitempty"`
	ParticipantID       *string        `json:"participant_id,omitempty"`
	UserID              *string        `json:"user_id,omitempty"`
	Status              *string        `json:"status,omitempty"`
	RevisionRequestedAt *string        `json:"revision_requested_at,omitempty"`
	CustomFormFields    map[string]any `json:"custom_form_fields,omitempty"`
}

// ParticipantRegisteredData is the data of participant.registered: a participant registered.
type ParticipantRegisteredData struct {
	ID                *string        `json:"id,omitempty"`
	UserID            *string        `json:"user_id,omitempty"`
	ApplicationStatus *string        `json:"application_status,omitempty"`
	Role              *string        `json:"role,omitempty"`
	CustomFormFields  map[string]any `json:"custom_form_fields,omitempty"`
	LastReviewedAt    *string        `json:"last_reviewed_at,omitempty"`
	LastReviewerID    *string        `json:"last_reviewer_id,omitempty"`
	LastReviewAction  *string        `json:"last_review_action,omitempty"`
	RegisteredAt      *string        `json:"registered_at,omitempty"`
}

// ParticipantProfileUpdatedData is the data of participant.profile_updated: a participant changed their profile.
type ParticipantProfileUpdatedData struct {
	ID                *string        `json:"id,omitempty"`
	UserID            *string        `json:"user_id,omitempty"`
	ApplicationStatus *string        `json:"application_status,omitempty"`
	Role              *string        `json:"role,omitempty"`
	CustomFormFields  map[string]any `json:"custom_form_fields,omitempty"`
	LastReviewedAt    *string        `json:"last_reviewed_at,omitempty"`
	LastReviewerID    *string        `json:"last_reviewer_id,omitempty"`
	LastReviewAction  *string        `json:"last_review_action,omitempty"`
	UpdatedAt         *string        `json:"updated_at,omitempty"`
}

// ActivityUpdatedData is the data of activity.updated: an activity of the program changed.
type ActivityUpdatedData struct {
	ID        *string `json:"id,omitempty"`
	Title     *string `json:"title,omitempty"`
	Status    *string `json:"status,omitempty"`
	UpdatedAt *string `json:"updated_at,omitempty"`
}

// ActivityCapacityStateChangedData is the data of activity.capacity_state_changed: snapshot of the signups of an activity, debounced.
type ActivityCapacityStateChangedData struct {
	ID            *string `json:"id,omitempty"`
	Title         *string `json:"title,omitempty"`
	Status        *string `json:"status,omitempty"`
	Capacity      *int    `json:"capacity,omitempty"`
	Signups       *int    `json:"signups,omitempty"`
	CapacityState *string `json:"capacity_state,omitempty"`
	SnapshotAt    *string `json:"snapshot_at,omitempty"`
}

// DataDeletionRequiredData is the data of data.deletion_required: the connection ended: stop, and delete what you hold of this event.
type DataDeletionRequiredData struct {
	Reason *string `json:"reason,omitempty"`
}

// IntegrationSuspendedData is the data of integration.suspended: Revento suspended the integration.
type IntegrationSuspendedData struct {
	Reason      *string `json:"reason,omitempty"`
	SuspendedAt *string `json:"suspended_at,omitempty"`
}

from typing import Any, Dict, Optional, TypedDict


class ApplicationSubmittedData(TypedDict, total=False):
    """a participant submitted an application"""

    id: Optional[str]
    participant_id: Optional[str]
    user_id: Optional[str]
    status: Optional[str]
    submitted_at: Optional[str]
    custom_form_fields: Optional[Dict[str, Any]]


class ApplicationApprovedData(TypedDict):
    """an organizer approved an application"""

    id: str
    participant_id: str
    user_id: str
    status: str
    approved_at: str
    approver_id: str
    custom_form_fields: Dict[str, Any]


class ApplicationRejectedData(TypedDict):
    """an organizer rejected an application"""

    id: str
    participant_id: str
    user_id: str
    status: str
    rejected_at: str
    custom_form_fields: Dict[str, Any]


class ApplicationRevisionRequestedData(TypedDict, total=False):
    """an organizer asked for changes to an application"""

    id: Optional[str]
    participant_id: Optional[str]
    user_id: Optional[str]
    status: Optional[str]
    revision_requested_at: Optional[str]
    custom_form_fields: Optional[Dict[str, Any]]


class ParticipantRegisteredData(TypedDict, total=False):
    """a participant registered"""

    id: Optional[str]
    user_id: Optional[str]
    application_status: Optional[str]
    role: Optional[str]
    custom_form_fields: Optional[Dict[str, Any]]
    last_reviewed_at: Optional[str]
    last_reviewer_id: Optional[str]
    last_review_action: Optional[str]
    registered_at: Optional[str]


class ParticipantProfileUpdatedData(TypedDict, total=False):
    """a participant changed their profile"""

    id: Optional[str]
    user_id: Optional[str]
    application_status: Optional[str]
    role: Optional[str]
    custom_form_fields: Optional[Dict[str, Any]]
    last_reviewed_at: Optional[str]
    last_reviewer_id: Optional[str]
    last_review_action: Optional[str]
    updated_at: Optional[str]


class ActivityUpdatedData(TypedDict, total=False):
    """an activity of the program changed"""

    id: Optional[str]
    title: Optional[str]
    status: Optional[str]
    updated_at: Optional[str]


class ActivityCapacityStateChangedData(TypedDict, total=False):
    """snapshot of the signups of an activity, debounced"""

    id: Optional[str]
    title: Optional[str]
    status: Optional[str]
    capacity: Optional[int]
    signups: Optional[int]
    capacity_state: Optional[str]
    snapshot_at: Optional[str]


class DataDeletionRequiredData(TypedDict, total=False):
    """the connection ended: stop, and delete what you hold of this event"""

    reason: Optional[str]


class IntegrationSuspendedData(TypedDict, total=False):
    """Revento suspended the integration"""

    reason: Optional[str]
    suspended_at: Optional[str]


class Envelope(TypedDict):
    id: str
    type: str
    occurred_at: str
    event_id: Optional[str]
    organization_id: Optional[str]
    data: Any


DATA_BY_TYPE = {
    "application.submitted": ApplicationSubmittedData,
    "application.approved": ApplicationApprovedData,
    "application.rejected": ApplicationRejectedData,
    "application.revision_requested": ApplicationRevisionRequestedData,
    "participant.registered": ParticipantRegisteredData,
    "participant.profile_updated": ParticipantProfileUpdatedData,
    "activity.updated": ActivityUpdatedData,
    "activity.capacity_state_changed": ActivityCapacityStateChangedData,
    "data.deletion_required": DataDeletionRequiredData,
    "integration.suspended": IntegrationSuspendedData,
}

package revento

private fun integer(value: Any?): Long? = (value as Number?)?.toLong()

@Suppress("UNCHECKED_CAST")
private fun members(value: Any?): Map<String, Any?>? = value as Map<String, Any?>?

/** application.submitted: a participant submitted an application */
data class ApplicationSubmittedData(
    val id: String?,
    val participantId: String?,
    val userId: String?,
    val status: String?,
    val submittedAt: String?,
    val customFormFields: Map<String, Any?>?,
    val all: Map<String, Any?>,
) {
    companion object {
        fun from(data: Map<String, Any?>) = ApplicationSubmittedData(
            data["id"] as String?,
            data["participant_id"] as String?,
            data["user_id"] as String?,
            data["status"] as String?,
            data["submitted_at"] as String?,
            members(data["custom_form_fields"]),
            data,
        )
    }
}

/** application.approved: an organizer approved an application */
data class ApplicationApprovedData(
    val id: String,
    val participantId: String,
    val userId: String,
    val status: String,
    val approvedAt: String,
    val approverId: String,
    val customFormFields: Map<String, Any?>,
    val all: Map<String, Any?>,
) {
    companion object {
        fun from(data: Map<String, Any?>) = ApplicationApprovedData(
            data["id"] as String,
            data["participant_id"] as String,
            data["user_id"] as String,
            data["status"] as String,
            data["approved_at"] as String,
            data["approver_id"] as String,
            members(data["custom_form_fields"])!!,
            data,
        )
    }
}

/** application.rejected: an organizer rejected an application */
data class ApplicationRejectedData(
    val id: String,
    val participantId: String,
    val userId: String,
    val status: String,
    val rejectedAt: String,
    val customFormFields: Map<String, Any?>,
    val all: Map<String, Any?>,
) {
    companion object {
        fun from(data: Map<String, Any?>) = ApplicationRejectedData(
            data["id"] as String,
            data["participant_id"] as String,
            data["user_id"] as String,
            data["status"] as String,
            data["rejected_at"] as String,
            members(data["custom_form_fields"])!!,
            data,
        )
    }
}

/** application.revision_requested: an organizer asked for changes to an application */
data class ApplicationRevisionRequestedData(
    val id: String?,
    val participantId: String?,
    val userId: String?,
    val status: String?,
    val revisionRequestedAt: String?,
    val customFormFields: Map<String, Any?>?,
    val all: Map<String, Any?>,
) {
    companion object {
        fun from(data: Map<String, Any?>) = ApplicationRevisionRequestedData(
            data["id"] as String?,
            data["participant_id"] as String?,
            data["user_id"] as String?,
            data["status"] as String?,
            data["revision_requested_at"] as String?,
            members(data["custom_form_fields"]),
            data,
        )
    }
}

/** participant.registered: a participant registered */
data class ParticipantRegisteredData(
    val id: String?,
    val userId: String?,
    val applicationStatus: String?,
    val role: String?,
    val customFormFields: Map<String, Any?>?,
    val lastReviewedAt: String?,
    val lastReviewerId: String?,
    val lastReviewAction: String?,
    val registeredAt: String?,
    val all: Map<String, Any?>,
) {
    companion object {
        fun from(data: Map<String, Any?>) = ParticipantRegisteredData(
            data["id"] as String?,
            data["user_id"] as String?,
            data["application_status"] as String?,
            data["role"] as String?,
            members(data["custom_form_fields"]),
            data["last_reviewed_at"] as String?,
            data["last_reviewer_id"] as String?,
            data["last_review_action"] as String?,
            data["registered_at"] as String?,
            data,
        )
    }
}

/** participant.profile_updated: a participant changed their profile */
data class ParticipantProfileUpdatedData(
    val id: String?,
    val userId: String?,
    val applicationStatus: String?,
    val role: String?,
    val customFormFields: Map<String, Any?>?,
    val lastReviewedAt: String?,
    val lastReviewerId: String?,
    val lastReviewAction: String?,
    val updatedAt: String?,
    val all: Map<String, Any?>,
) {
    companion object {
        fun from(data: Map<String, Any?>) = ParticipantProfileUpdatedData(
            data["id"] as String?,
            data["user_id"] as String?,
            data["application_status"] as String?,
            data["role"] as String?,
            members(data["custom_form_fields"]),
            data["last_reviewed_at"] as String?,
            data["last_reviewer_id"] as String?,
            data["last_review_action"] as String?,
            data["updated_at"] as String?,
            data,
        )
    }
}

/** activity.updated: an activity of the program changed */
data class ActivityUpdatedData(
    val id: String?,
    val title: String?,
    val status: String?,
    val updatedAt: String?,
    val all: Map<String, Any?>,
) {
    companion object {
        fun from(data: Map<String, Any?>) = ActivityUpdatedData(
            data["id"] as String?,
            data["title"] as String?,
            data["status"] as String?,
            data["updated_at"] as String?,
            data,
        )
    }
}

/** activity.capacity_state_changed: snapshot of the signups of an activity, debounced */
data class ActivityCapacityStateChangedData(
    val id: String?,
    val title: String?,
    val status: String?,
    val capacity: Long?,
    val signups: Long?,
    val capacityState: String?,
    val snapshotAt: String?,
    val all: Map<String, Any?>,
) {
    companion object {
        fun from(data: Map<String, Any?>) = ActivityCapacityStateChangedData(
            data["id"] as String?,
            data["title"] as String?,
            data["status"] as String?,
            integer(data["capacity"]),
            integer(data["signups"]),
            data["capacity_state"] as String?,
            data["snapshot_at"] as String?,
            data,
        )
    }
}

/** data.deletion_required: the connection ended: stop, and delete what you hold of this event */
data class DataDeletionRequiredData(
    val reason: String?,
    val all: Map<String, Any?>,
) {
    companion object {
        fun from(data: Map<String, Any?>) = DataDeletionRequiredData(
            data["reason"] as String?,
            data,
        )
    }
}

/** integration.suspended: Revento suspended the integration */
data class IntegrationSuspendedData(
    val reason: String?,
    val suspendedAt: String?,
    val all: Map<String, Any?>,
) {
    companion object {
        fun from(data: Map<String, Any?>) = IntegrationSuspendedData(
            data["reason"] as String?,
            data["suspended_at"] as String?,
            data,
        )
    }
}

import java.util.Map;

/** Data of Revento's webhooks. A field that is missing is null. */
public final class ReventoEvents {
    private ReventoEvents() {
    }

    /** application.submitted: a participant submitted an application */
    public record ApplicationSubmittedData(String id, String participantId, String userId, String status, String submittedAt, Map<String, Object> customFormFields, Map<String, Object> all) {
        public static ApplicationSubmittedData from(Map<String, Object> data) {
            return new ApplicationSubmittedData(text(data.get("id")), text(data.get("participant_id")), text(data.get("user_id")), text(data.get("status")), text(data.get("submitted_at")), object(data.get("custom_form_fields")), data);
        }
    }

    /** application.approved: an organizer approved an application */
    public record ApplicationApprovedData(String id, String participantId, String userId, String status, String approvedAt, String approverId, Map<String, Object> customFormFields, Map<String, Object> all) {
        public static ApplicationApprovedData from(Map<String, Object> data) {
            return new ApplicationApprovedData(text(data.get("id")), text(data.get("participant_id")), text(data.get("user_id")), text(data.get("status")), text(data.get("approved_at")), text(data.get("approver_id")), object(data.get("custom_form_fields")), data);
        }
    }

    /** application.rejected: an organizer rejected an application */
    public record ApplicationRejectedData(String id, String participantId, String userId, String status, String rejectedAt, Map<String, Object> customFormFields, Map<String, Object> all) {
        public static ApplicationRejectedData from(Map<String, Object> data) {
            return new ApplicationRejectedData(text(data.get("id")), text(data.get("participant_id")), text(data.get("user_id")), text(data.get("status")), text(data.get("rejected_at")), object(data.get("custom_form_fields")), data);
        }
    }

    /** application.revision_requested: an organizer asked for changes to an application */
    public record ApplicationRevisionRequestedData(String id, String participantId, String userId, String status, String revisionRequestedAt, Map<String, Object> customFormFields, Map<String, Object> all) {
        public static ApplicationRevisionRequestedData from(Map<String, Object> data) {
            return new ApplicationRevisionRequestedData(text(data.get("id")), text(data.get("participant_id")), text(data.get("user_id")), text(data.get("status")), text(data.get("revision_requested_at")), object(data.get("custom_form_fields")), data);
        }
    }

    /** participant.registered: a participant registered */
    public record ParticipantRegisteredData(String id, String userId, String applicationStatus, String role, Map<String, Object> customFormFields, String lastReviewedAt, String lastReviewerId, String lastReviewAction, String registeredAt, Map<String, Object> all) {
        public static ParticipantRegisteredData from(Map<String, Object> data) {
            return new ParticipantRegisteredData(text(data.get("id")), text(data.get("user_id")), text(data.get("application_status")), text(data.get("role")), object(data.get("custom_form_fields")), text(data.get("last_reviewed_at")), text(data.get("last_reviewer_id")), text(data.get("last_review_action")), text(data.get("registered_at")), data);
        }
    }

    /** participant.profile_updated: a participant changed their profile */
    public record ParticipantProfileUpdatedData(String id, String userId, String applicationStatus, String role, Map<String, Object> customFormFields, String lastReviewedAt, String lastReviewerId, String lastReviewAction, String updatedAt, Map<String, Object> all) {
        public static ParticipantProfileUpdatedData from(Map<String, Object> data) {
            return new ParticipantProfileUpdatedData(text(data.get("id")), text(data.get("user_id")), text(data.get("application_status")), text(data.get("role")), object(data.get("custom_form_fields")), text(data.get("last_reviewed_at")), text(data.get("last_reviewer_id")), text(data.get("last_review_action")), text(data.get("updated_at")), data);
        }
    }

    /** activity.updated: an activity of the program changed */
    public record ActivityUpdatedData(String id, String title, String status, String updatedAt, Map<String, Object> all) {
        public static ActivityUpdatedData from(Map<String, Object> data) {
            return new ActivityUpdatedData(text(data.get("id")), text(data.get("title")), text(data.get("status")), text(data.get("updated_at")), data);
        }
    }

    /** activity.capacity_state_changed: snapshot of the signups of an activity, debounced */
    public record ActivityCapacityStateChangedData(String id, String title, String status, Long capacity, Long signups, String capacityState, String snapshotAt, Map<String, Object> all) {
        public static ActivityCapacityStateChangedData from(Map<String, Object> data) {
            return new ActivityCapacityStateChangedData(text(data.get("id")), text(data.get("title")), text(data.get("status")), integer(data.get("capacity")), integer(data.get("signups")), text(data.get("capacity_state")), text(data.get("snapshot_at")), data);
        }
    }

    /** data.deletion_required: the connection ended: stop, and delete what you hold of this event */
    public record DataDeletionRequiredData(String reason, Map<String, Object> all) {
        public static DataDeletionRequiredData from(Map<String, Object> data) {
            return new DataDeletionRequiredData(text(data.get("reason")), data);
        }
    }

    /** integration.suspended: Revento suspended the integration */
    public record IntegrationSuspendedData(String reason, String suspendedAt, Map<String, Object> all) {
        public static IntegrationSuspendedData from(Map<String, Object> data) {
            return new IntegrationSuspendedData(text(data.get("reason")), text(data.get("suspended_at")), data);
        }
    }

    private static String text(Object value) {
        return (String) value;
    }

    private static Long integer(Object value) {
        return value == null ? null : ((Number) value).longValue();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }
}

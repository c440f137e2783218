using System;
using System.Collections.Generic;

namespace Revento
{
    /// <summary>application.submitted: a participant submitted an application</summary>
    public sealed class ApplicationSubmittedData
    {
        public ApplicationSubmittedData(IDictionary<string, object> data) { All = data; }

        public IDictionary<string, object> All { get; }
        public string Id => Field.Text(All, "id");
        public string ParticipantId => Field.Text(All, "participant_id");
        public string UserId => Field.Text(All, "user_id");
        public string Status => Field.Text(All, "status");
        public string SubmittedAt => Field.Text(All, "submitted_at");
        public IDictionary<string, object> CustomFormFields => Field.Members(All, "custom_form_fields");
    }

    /// <summary>application.approved: an organizer approved an application</summary>
    public sealed class ApplicationApprovedData
    {
        public ApplicationApprovedData(IDictionary<string, object> data) { All = data; }

        public IDictionary<string, object> All { get; }
        public string Id => Field.Text(All, "id");
        public string ParticipantId => Field.Text(All, "participant_id");
        public string UserId => Field.Text(All, "user_id");
        public string Status => Field.Text(All, "status");
        public string ApprovedAt => Field.Text(All, "approved_at");
        public string ApproverId => Field.Text(All, "approver_id");
        public IDictionary<string, object> CustomFormFields => Field.Members(All, "custom_form_fields");
    }

    /// <summary>application.rejected: an organizer rejected an application</summary>
    public sealed class ApplicationRejectedData
    {
        public ApplicationRejectedData(IDictionary<string, object> data) { All = data; }

        public IDictionary<string, object> All { get; }
        public string Id => Field.Text(All, "id");
        public string ParticipantId => Field.Text(All, "participant_id");
        public string UserId => Field.Text(All, "user_id");
        public string Status => Field.Text(All, "status");
        public string RejectedAt => Field.Text(All, "rejected_at");
        public IDictionary<string, object> CustomFormFields => Field.Members(All, "custom_form_fields");
    }

    /// <summary>application.revision_requested: an organizer asked for changes to an application</summary>
    public sealed class ApplicationRevisionRequestedData
    {
        public ApplicationRevisionRequestedData(IDictionary<string, object> data) { All = data; }

        public IDictionary<string, object> All { get; }
        public string Id => Field.Text(All, "id");
        public string ParticipantId => Field.Text(All, "participant_id");
        public string UserId => Field.Text(All, "user_id");
        public string Status => Field.Text(All, "status");
        public string RevisionRequestedAt => Field.Text(All, "revision_requested_at");
        public IDictionary<string, object> CustomFormFields => Field.Members(All, "custom_form_fields");
    }

    /// <summary>participant.registered: a participant registered</summary>
    public sealed class ParticipantRegisteredData
    {
        public ParticipantRegisteredData(IDictionary<string, object> data) { All = data; }

        public IDictionary<string, object> All { get; }
        public string Id => Field.Text(All, "id");
        public string UserId => Field.Text(All, "user_id");
        public string ApplicationStatus => Field.Text(All, "application_status");
        public string Role => Field.Text(All, "role");
        public IDictionary<string, object> CustomFormFields => Field.Members(All, "custom_form_fields");
        public string LastReviewedAt => Field.Text(All, "last_reviewed_at");
        public string LastReviewerId => Field.Text(All, "last_reviewer_id");
        public string LastReviewAction => Field.Text(All, "last_review_action");
        public string RegisteredAt => Field.Text(All, "registered_at");
    }

    /// <summary>participant.profile_updated: a participant changed their profile</summary>
    public sealed class ParticipantProfileUpdatedData
    {
        public ParticipantProfileUpdatedData(IDictionary<string, object> data) { All = data; }

        public IDictionary<string, object> All { get; }
        public string Id => Field.Text(All, "id");
        public string UserId => Field.Text(All, "user_id");
        public string ApplicationStatus => Field.Text(All, "application_status");
        public string Role => Field.Text(All, "role");
        public IDictionary<string, object> CustomFormFields => Field.Members(All, "custom_form_fields");
        public string LastReviewedAt => Field.Text(All, "last_reviewed_at");
        public string LastReviewerId => Field.Text(All, "last_reviewer_id");
        public string LastReviewAction => Field.Text(All, "last_review_action");
        public string UpdatedAt => Field.Text(All, "updated_at");
    }

    /// <summary>activity.updated: an activity of the program changed</summary>
    public sealed class ActivityUpdatedData
    {
        public ActivityUpdatedData(IDictionary<string, object> data) { All = data; }

        public IDictionary<string, object> All { get; }
        public string Id => Field.Text(All, "id");
        public string Title => Field.Text(All, "title");
        public string Status => Field.Text(All, "status");
        public string UpdatedAt => Field.Text(All, "updated_at");
    }

    /// <summary>activity.capacity_state_changed: snapshot of the signups of an activity, debounced</summary>
    public sealed class ActivityCapacityStateChangedData
    {
        public ActivityCapacityStateChangedData(IDictionary<string, object> data) { All = data; }

        public IDictionary<string, object> All { get; }
        public string Id => Field.Text(All, "id");
        public string Title => Field.Text(All, "title");
        public string Status => Field.Text(All, "status");
        public long? Capacity => Field.Integer(All, "capacity");
        public long? Signups => Field.Integer(All, "signups");
        public string CapacityState => Field.Text(All, "capacity_state");
        public string SnapshotAt => Field.Text(All, "snapshot_at");
    }

    /// <summary>data.deletion_required: the connection ended: stop, and delete what you hold of this event</summary>
    public sealed class DataDeletionRequiredData
    {
        public DataDeletionRequiredData(IDictionary<string, object> data) { All = data; }

        public IDictionary<string, object> All { get; }
        public string Reason => Field.Text(All, "reason");
    }

    /// <summary>integration.suspended: Revento suspended the integration</summary>
    public sealed class IntegrationSuspendedData
    {
        public IntegrationSuspendedData(IDictionary<string, object> data) { All = data; }

        public IDictionary<string, object> All { get; }
        public string Reason => Field.Text(All, "reason");
        public string SuspendedAt => Field.Text(All, "suspended_at");
    }

    internal static class Field
    {
        private static object Of(IDictionary<string, object> data, string name) =>
            data.TryGetValue(name, out var value) ? value : null;

        internal static string Text(IDictionary<string, object> data, string name) => (string)Of(data, name);

        internal static long? Integer(IDictionary<string, object> data, string name) =>
            Of(data, name) is object value ? Convert.ToInt64(value) : (long?)null;

        internal static IDictionary<string, object> Members(IDictionary<string, object> data, string name) =>
            (IDictionary<string, object>)Of(data, name);
    }
}

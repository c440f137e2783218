<?php

declare(strict_types=1);

namespace Revento;

/** application.submitted: a participant submitted an application */
final class ApplicationSubmittedData
{
    /** @param array<string, mixed> $all */
    private function __construct(
        public readonly ?string $id,
        public readonly ?string $participantId,
        public readonly ?string $userId,
        public readonly ?string $status,
        public readonly ?string $submittedAt,
        public readonly ?array $customFormFields,
        public readonly array $all,
    ) {
    }

    /** @param array<string, mixed> $data */
    public static function from(array $data): self
    {
        return new self(
            $data['id'] ?? null,
            $data['participant_id'] ?? null,
            $data['user_id'] ?? null,
            $data['status'] ?? null,
            $data['submitted_at'] ?? null,
            $data['custom_form_fields'] ?? null,
            $data,
        );
    }
}

/** application.approved: an organizer approved an application */
final class ApplicationApprovedData
{
    /** @param array<string, mixed> $all */
    private function __construct(
        public readonly string $id,
        public readonly string $participantId,
        public readonly string $userId,
        public readonly string $status,
        public readonly string $approvedAt,
        public readonly string $approverId,
        public readonly array $customFormFields,
        public readonly array $all,
    ) {
    }

    /** @param array<string, mixed> $data */
    public static function from(array $data): self
    {
        return new self(
            $data['id'],
            $data['participant_id'],
            $data['user_id'],
            $data['status'],
            $data['approved_at'],
            $data['approver_id'],
            $data['custom_form_fields'],
            $data,
        );
    }
}

/** application.rejected: an organizer rejected an application */
final class ApplicationRejectedData
{
    /** @param array<string, mixed> $all */
    private function __construct(
        public readonly string $id,
        public readonly string $participantId,
        public readonly string $userId,
        public readonly string $status,
        public readonly string $rejectedAt,
        public readonly array $customFormFields,
        public readonly array $all,
    ) {
    }

    /** @param array<string, mixed> $data */
    public static function from(array $data): self
    {
        return new self(
            $data['id'],
            $data['participant_id'],
            $data['user_id'],
            $data['status'],
            $data['rejected_at'],
            $data['custom_form_fields'],
            $data,
        );
    }
}

/** application.revision_requested: an organizer asked for changes to an application */
final class ApplicationRevisionRequestedData
{
    /** @param array<string, mixed> $all */
    private function __construct(
        public readonly ?string $id,
        public readonly ?string $participantId,
        public readonly ?string $userId,
        public readonly ?string $status,
        public readonly ?string $revisionRequestedAt,
        public readonly ?array $customFormFields,
        public readonly array $all,
    ) {
    }

    /** @param array<string, mixed> $data */
    public static function from(array $data): self
    {
        return new self(
            $data['id'] ?? null,
            $data['participant_id'] ?? null,
            $data['user_id'] ?? null,
            $data['status'] ?? null,
            $data['revision_requested_at'] ?? null,
            $data['custom_form_fields'] ?? null,
            $data,
        );
    }
}

/** participant.registered: a participant registered */
final class ParticipantRegisteredData
{
    /** @param array<string, mixed> $all */
    private function __construct(
        public readonly ?string $id,
        public readonly ?string $userId,
        public readonly ?string $applicationStatus,
        public readonly ?string $role,
        public readonly ?array $customFormFields,
        public readonly ?string $lastReviewedAt,
        public readonly ?string $lastReviewerId,
        public readonly ?string $lastReviewAction,
        public readonly ?string $registeredAt,
        public readonly array $all,
    ) {
    }

    /** @param array<string, mixed> $data */
    public static function from(array $data): self
    {
        return new self(
            $data['id'] ?? null,
            $data['user_id'] ?? null,
            $data['application_status'] ?? null,
            $data['role'] ?? null,
            $data['custom_form_fields'] ?? null,
            $data['last_reviewed_at'] ?? null,
            $data['last_reviewer_id'] ?? null,
            $data['last_review_action'] ?? null,
            $data['registered_at'] ?? null,
            $data,
        );
    }
}

/** participant.profile_updated: a participant changed their profile */
final class ParticipantProfileUpdatedData
{
    /** @param array<string, mixed> $all */
    private function __construct(
        public readonly ?string $id,
        public readonly ?string $userId,
        public readonly ?string $applicationStatus,
        public readonly ?string $role,
        public readonly ?array $customFormFields,
        public readonly ?string $lastReviewedAt,
        public readonly ?string $lastReviewerId,
        public readonly ?string $lastReviewAction,
        public readonly ?string $updatedAt,
        public readonly array $all,
    ) {
    }

    /** @param array<string, mixed> $data */
    public static function from(array $data): self
    {
        return new self(
            $data['id'] ?? null,
            $data['user_id'] ?? null,
            $data['application_status'] ?? null,
            $data['role'] ?? null,
            $data['custom_form_fields'] ?? null,
            $data['last_reviewed_at'] ?? null,
            $data['last_reviewer_id'] ?? null,
            $data['last_review_action'] ?? null,
            $data['updated_at'] ?? null,
            $data,
        );
    }
}

/** activity.updated: an activity of the program changed */
final class ActivityUpdatedData
{
    /** @param array<string, mixed> $all */
    private function __construct(
        public readonly ?string $id,
        public readonly ?string $title,
        public readonly ?string $status,
        public readonly ?string $updatedAt,
        public readonly array $all,
    ) {
    }

    /** @param array<string, mixed> $data */
    public static function from(array $data): self
    {
        return new self(
            $data['id'] ?? null,
            $data['title'] ?? null,
            $data['status'] ?? null,
            $data['updated_at'] ?? null,
            $data,
        );
    }
}

/** activity.capacity_state_changed: snapshot of the signups of an activity, debounced */
final class ActivityCapacityStateChangedData
{
    /** @param array<string, mixed> $all */
    private function __construct(
        public readonly ?string $id,
        public readonly ?string $title,
        public readonly ?string $status,
        public readonly ?int $capacity,
        public readonly ?int $signups,
        public readonly ?string $capacityState,
        public readonly ?string $snapshotAt,
        public readonly array $all,
    ) {
    }

    /** @param array<string, mixed> $data */
    public static function from(array $data): self
    {
        return new self(
            $data['id'] ?? null,
            $data['title'] ?? null,
            $data['status'] ?? null,
            $data['capacity'] ?? null,
            $data['signups'] ?? null,
            $data['capacity_state'] ?? null,
            $data['snapshot_at'] ?? null,
            $data,
        );
    }
}

/** data.deletion_required: the connection ended: stop, and delete what you hold of this event */
final class DataDeletionRequiredData
{
    /** @param array<string, mixed> $all */
    private function __construct(
        public readonly ?string $reason,
        public readonly array $all,
    ) {
    }

    /** @param array<string, mixed> $data */
    public static function from(array $data): self
    {
        return new self(
            $data['reason'] ?? null,
            $data,
        );
    }
}

/** integration.suspended: Revento suspended the integration */
final class IntegrationSuspendedData
{
    /** @param array<string, mixed> $all */
    private function __construct(
        public readonly ?string $reason,
        public readonly ?string $suspendedAt,
        public readonly array $all,
    ) {
    }

    /** @param array<string, mixed> $data */
    public static function from(array $data): self
    {
        return new self(
            $data['reason'] ?? null,
            $data['suspended_at'] ?? null,
            $data,
        );
    }
}

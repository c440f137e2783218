# frozen_string_literal: true

module Revento
  # application.submitted: a participant submitted an application
  ApplicationSubmittedData = Struct.new(:id, :participant_id, :user_id, :status, :submitted_at, :custom_form_fields, :all, keyword_init: true) do
    def self.from(data)
      known = members - [:all]
      new(**known.to_h { |name| [name, data[name.to_s]] }, all: data)
    end
  end

  # application.approved: an organizer approved an application
  ApplicationApprovedData = Struct.new(:id, :participant_id, :user_id, :status, :approved_at, :approver_id, :custom_form_fields, :all, keyword_init: true) do
    def self.from(data)
      known = members - [:all]
      new(**known.to_h { |name| [name, data[name.to_s]] }, all: data)
    end
  end

  # application.rejected: an organizer rejected an application
  ApplicationRejectedData = Struct.new(:id, :participant_id, :user_id, :status, :rejected_at, :custom_form_fields, :all, keyword_init: true) do
    def self.from(data)
      known = members - [:all]
      new(**known.to_h { |name| [name, data[name.to_s]] }, all: data)
    end
  end

  # application.revision_requested: an organizer asked for changes to an application
  ApplicationRevisionRequestedData = Struct.new(:id, :participant_id, :user_id, :status, :revision_requested_at, :custom_form_fields, :all, keyword_init: true) do
    def self.from(data)
      known = members - [:all]
      new(**known.to_h { |name| [name, data[name.to_s]] }, all: data)
    end
  end

  # participant.registered: a participant registered
  ParticipantRegisteredData = Struct.new(:id, :user_id, :application_status, :role, :custom_form_fields, :last_reviewed_at, :last_reviewer_id, :last_review_action, :registered_at, :all, keyword_init: true) do
    def self.from(data)
      known = members - [:all]
      new(**known.to_h { |name| [name, data[name.to_s]] }, all: data)
    end
  end

  # participant.profile_updated: a participant changed their profile
  ParticipantProfileUpdatedData = Struct.new(:id, :user_id, :application_status, :role, :custom_form_fields, :last_reviewed_at, :last_reviewer_id, :last_review_action, :updated_at, :all, keyword_init: true) do
    def self.from(data)
      known = members - [:all]
      new(**known.to_h { |name| [name, data[name.to_s]] }, all: data)
    end
  end

  # activity.updated: an activity of the program changed
  ActivityUpdatedData = Struct.new(:id, :title, :status, :updated_at, :all, keyword_init: true) do
    def self.from(data)
      known = members - [:all]
      new(**known.to_h { |name| [name, data[name.to_s]] }, all: data)
    end
  end

  # activity.capacity_state_changed: snapshot of the signups of an activity, debounced
  ActivityCapacityStateChangedData = Struct.new(:id, :title, :status, :capacity, :signups, :capacity_state, :snapshot_at, :all, keyword_init: true) do
    def self.from(data)
      known = members - [:all]
      new(**known.to_h { |name| [name, data[name.to_s]] }, all: data)
    end
  end

  # data.deletion_required: the connection ended: stop, and delete what you hold of this event
  DataDeletionRequiredData = Struct.new(:reason, :all, keyword_init: true) do
    def self.from(data)
      known = members - [:all]
      new(**known.to_h { |name| [name, data[name.to_s]] }, all: data)
    end
  end

  # integration.suspended: Revento suspended the integration
  IntegrationSuspendedData = Struct.new(:reason, :suspended_at, :all, keyword_init: true) do
    def self.from(data)
      known = members - [:all]
      new(**known.to_h { |name| [name, data[name.to_s]] }, all: data)
    end
  end
end

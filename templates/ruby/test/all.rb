# frozen_string_literal: true

require_relative 'api_test'
require_relative 'odd_answers_test'
require_relative 'webhooks_test'
require_relative 'tokens_test'
require_relative 'sandbox_test'

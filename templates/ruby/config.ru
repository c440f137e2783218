# frozen_string_literal: true

# For `puma`, such as `puma --port 3000 --workers 4`.

require_relative 'app'

App.work_deliveries
run App

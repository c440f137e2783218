# frozen_string_literal: true

# Settings of the tests: a directory and secrets of their own. Require it before anything else.

require 'fileutils'
require 'minitest/autorun'
require 'securerandom'
require 'tmpdir'

directory = Dir.mktmpdir('revento-integration-')
Minitest.after_run { FileUtils.rm_rf(directory) }

{
  'REVENTO_AUTH_BASE' => 'http://localhost:9',
  'REVENTO_API_BASE' => 'http://localhost:9/api/v1',
  'REVENTO_CLIENT_ID' => 'tests',
  'REVENTO_CLIENT_SECRET' => SecureRandom.hex(24),
  'REVENTO_WEBHOOK_SECRET' => SecureRandom.hex(24),
  'REVENTO_REDIRECT_URI' => 'http://localhost:3000/callback',
  'SANDBOX_EVENT_ID' => 'evt_test_published'
}.each { |name, value| ENV[name] ||= value }
ENV['REVENTO_TOKEN_KEY'] = [SecureRandom.bytes(32)].pack('m0')
ENV['DATA_DIR'] = directory

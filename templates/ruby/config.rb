# frozen_string_literal: true

# Settings from the environment, and the log. All are checked here: a wrong one ends the start, not a request.

require 'json'
require 'time'
require 'uri'

# Whatever the locale of the service says, texts here are UTF-8.
Encoding.default_external = Encoding::UTF_8

module Config
  PROBLEMS = [] # rubocop:disable Style/MutableConstant

  # Variables that are already set take precedence.
  Dir.glob('.env').flat_map { |path| File.readlines(path, chomp: true) }.each do |line|
    name, separator, value = line.partition('=')
    ENV[name.strip] ||= value.strip.gsub(/\A['"]|['"]\z/, '') unless separator.empty? || name.start_with?('#')
  end

  # The value; where it does not hold what the block asks, that is a problem.
  def self.checked(value, problem) = value.tap { PROBLEMS << problem unless yield value }

  def self.required(name) = checked(ENV[name].to_s.strip, "Set #{name}.") { |value| !value.empty? }

  def self.url(name) = checked(required(name), "#{name} is not a URL.") { |value| value.empty? || url?(value) }

  def self.url?(text)
    uri = URI(text)
    uri.is_a?(URI::HTTP) && !uri.host.to_s.empty?
  rescue URI::InvalidURIError
    false
  end

  def self.token_key
    how = 'Set REVENTO_TOKEN_KEY to 32 random bytes in base64: openssl rand -base64 32'
    checked(required('REVENTO_TOKEN_KEY').unpack1('m'), how) { |key| key.bytesize == 32 }
  end

  def self.port
    is_port = ->(text) { text.match?(/\A\d+\z/) && text.to_i.between?(1, 65_535) }
    checked(optional('PORT', '3000'), 'PORT is not a port.', &is_port).to_i
  end

  # `PORT=` in an env file means that there is none.
  def self.optional(name, otherwise)
    value = ENV[name].to_s.strip
    value.empty? ? otherwise : value
  end

  AUTH_BASE = url('REVENTO_AUTH_BASE').sub(%r{/+\z}, '')
  API_BASE = url('REVENTO_API_BASE').sub(%r{/+\z}, '')
  CLIENT_ID = required('REVENTO_CLIENT_ID')
  CLIENT_SECRET = required('REVENTO_CLIENT_SECRET')
  REDIRECT_URI = url('REVENTO_REDIRECT_URI')
  EVENT_ID = required('SANDBOX_EVENT_ID')
  # While the signing secret is rotated, deliveries may be signed with either of the two.
  WEBHOOK_SECRETS = [required('REVENTO_WEBHOOK_SECRET'), optional('REVENTO_WEBHOOK_SECRET_PREVIOUS', nil)].compact
  TOKEN_KEY = token_key
  PORT = port

  abort PROBLEMS.join("\n") unless PROBLEMS.empty?

  # A directory for each API: what belongs to one is never sent to another, such as a sandbox.
  api = URI(API_BASE)
  DATA_DIR = File.join(optional('DATA_DIR', 'data'), "#{api.host}_#{api.port}")
end

$stdout.sync = true

# Why something failed, for the log: the words of the system, but no others, which may quote what attendees entered.
def reason(error) = error.is_a?(SystemCallError) ? error.message : error.class.name

# Writes one JSON line, at once. Give it ids, never tokens and never what attendees entered.
def log(message, **fields) = $stdout.write("#{JSON.generate({ at: Time.now.utc.iso8601(3), message:, **fields })}\n")

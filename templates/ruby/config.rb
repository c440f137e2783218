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

  def self.required(name)
    value = ENV[name].to_s.strip
    PROBLEMS << "Set #{name}." if value.empty?
    value
  end

  def self.url(name)
    value = required(name)
    PROBLEMS << "#{name} is not a URL." unless value.empty? || url?(value)
    value
  end

  def self.url?(text)
    uri = URI(text)
    uri.is_a?(URI::HTTP) && !uri.host.to_s.empty?
  rescue URI::InvalidURIError
    false
  end

  def self.token_key
    key = required('REVENTO_TOKEN_KEY').unpack1('m')
    how = 'Set REVENTO_TOKEN_KEY to 32 random bytes in base64: openssl rand -base64 32'
    PROBLEMS << how unless key.bytesize == 32
    key
  end

  def self.port
    text = optional('PORT', '3000')
    PROBLEMS << 'PORT is not a port.' unless text.match?(/\A\d+\z/) && text.to_i.between?(1, 65_535)
    text.to_i
  end

  # `PORT=` in an env file means that there is none.
  def self.optional(name, otherwise)
    value = ENV[name].to_s
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

# Writes one JSON line, at once. Give it ids, never tokens and never what attendees entered.
def log(message, **fields) = $stdout.write("#{JSON.generate({ at: Time.now.utc.iso8601(3), message:, **fields })}\n")

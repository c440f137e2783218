# frozen_string_literal: true

# Logins on disk: a sealed file for each event and organization, and a refresh that happens once however many ask.

require 'digest'
require 'fileutils'
require 'json'
require 'openssl'
require 'securerandom'
require_relative 'config'

# The organizer has to connect the event again; trying again does not help.
class LoginEnded < StandardError
  def initialize(message = 'No organizer has connected this event, or the connection ended. Open /connect.')
    super
  end
end

# Files that only this program can read.
module Sealed
  module_function

  # A file name for any text, safe in a path.
  def file_name(*parts)
    Digest::SHA256.hexdigest(JSON.generate(parts))
  end

  # Encrypts with AES-256-GCM. The name is authenticated, so one sealed file cannot stand in for another.
  def seal(value, name)
    cipher = OpenSSL::Cipher.new('aes-256-gcm').encrypt
    cipher.key = Config::TOKEN_KEY
    iv = cipher.random_iv
    cipher.auth_data = name
    text = cipher.update(JSON.generate(value)) + cipher.final
    iv + cipher.auth_tag + text
  end

  # What was sealed under this name; raises for anything else.
  def unseal(data, name)
    cipher = OpenSSL::Cipher.new('aes-256-gcm').decrypt
    cipher.key = Config::TOKEN_KEY
    cipher.iv = data.byteslice(0, 12)
    cipher.auth_tag = data.byteslice(12, 16)
    cipher.auth_data = name
    JSON.parse(cipher.update(data.byteslice(28..)) + cipher.final)
  end

  # Replaces a file as a whole: a crash leaves the old one or the new one.
  def write(path, name, value)
    FileUtils.mkdir_p(File.dirname(path), mode: 0o700)
    temporary = "#{path}.#{SecureRandom.uuid}.tmp"
    File.open(temporary, File::WRONLY | File::CREAT | File::EXCL | File::BINARY, 0o600) do |file|
      file.write(seal(value, name))
      file.fsync
    end
    File.rename(temporary, path)
  end

  # The value of a file; nil where there is none.
  def read(path, name)
    unseal(File.binread(path), name)
  rescue Errno::ENOENT
    nil
  end

  # Creates an empty file; false when it exists. Exactly one caller succeeds, in any process.
  def create_once(path)
    FileUtils.mkdir_p(File.dirname(path), mode: 0o700)
    File.open(path, File::WRONLY | File::CREAT | File::EXCL, 0o600).close
    true
  rescue Errno::EEXIST
    false
  end
end

module Logins
  DIRECTORY = File.join(Config::DATA_DIR, 'logins')
  # A refresh that has no answer by then never gets one: requests are given up after 15 seconds.
  UNANSWERED_SECONDS = 30
  REFRESHING = Mutex.new

  module_function

  def name_of(login)
    Sealed.file_name(login['event_id'], login['organization_id'])
  end

  def path_of(login)
    File.join(DIRECTORY, "#{name_of(login)}.sealed")
  end

  # Call it before anything uses its access token.
  def store(login)
    Sealed.write(path_of(login), name_of(login), login)
  end

  # Every login that can be used.
  def all
    found = Dir.glob(File.join(DIRECTORY, '*.sealed')).map { |path| Sealed.read(path, File.basename(path, '.sealed')) }
    found.compact.reject { |login| login.key?('ended') }
  end

  # The login for an event; raises LoginEnded where there is none to use.
  def for_event(event_id)
    all.find { |login| login['event_id'] == event_id } or raise LoginEnded
  end

  # Marks a login as ended and forgets its tokens.
  def end_of(login, reason)
    log('login ended', event_id: login['event_id'], reason: reason)
    store(login.slice('event_id', 'organization_id').merge('ended' => reason))
  end

  # Whether the connection ended and has not been made again.
  def ended?(login)
    current = Sealed.read(path_of(login), name_of(login))
    !current.nil? && current.key?('ended')
  end

  # The login after a refresh. `spent` is the login whose access token has expired; the block asks for the new tokens.
  #
  # Revento revokes a login when a refresh token is used twice, so each one is claimed by a file before it is sent: one
  # request among all threads, one among all processes, one even when the process dies half-way.
  def refreshed(spent, &request)
    REFRESHING.synchronize { refresh_once(spent, request) }
  end

  def refresh_once(spent, request)
    loop do
      current = usable(spent)
      return current if current['access_token'] != spent['access_token']

      claim = File.join(DIRECTORY, "#{Sealed.file_name(current['refresh_token'])}.claim")
      return claimed(spent, claim, request) if Sealed.create_once(claim)

      give_up(current) if unanswered?(claim)
      sleep 0.05 # another process is refreshing: the files show the outcome
    end
  end

  def claimed(spent, claim, request)
    # Another process may have refreshed, and dropped its claim, since we looked.
    current = usable(spent)
    if current['access_token'] == spent['access_token']
      answer = request.call('grant_type' => 'refresh_token', 'refresh_token' => current['refresh_token'])
      current = current.merge(answer.slice('access_token', 'refresh_token'))
      current['scope'] = answer['scope'] || current['scope']
      store(current)
    end
    FileUtils.rm_f(claim)
    current
  rescue TokenError => e
    # Kept where Revento may have used the token without an answer to us: it is never sent a second time.
    is_permanent = e.code == 'invalid_grant'
    end_of(current, e.code) if is_permanent
    FileUtils.rm_f(claim) if is_permanent || e.unused?
    raise is_permanent ? LoginEnded : e
  end

  def unanswered?(claim)
    Time.now - File.mtime(claim) > UNANSWERED_SECONDS
  rescue Errno::ENOENT
    false
  end

  def give_up(login)
    end_of(login, 'a refresh was never answered')
    raise LoginEnded
  end

  def usable(login)
    current = Sealed.read(path_of(login), name_of(login))
    raise LoginEnded if current.nil? || current.key?('ended')

    current
  end
end

# A response of the token endpoint without tokens. `unused?`: the code or refresh token can still be used.
class TokenError < StandardError
  attr_reader :code

  def initialize(code, is_unused)
    super("token endpoint: #{code}")
    @code = code
    @is_unused = is_unused
  end

  def unused?
    @is_unused
  end
end

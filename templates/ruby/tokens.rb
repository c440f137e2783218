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
  DAMAGED = [OpenSSL::Cipher::CipherError, JSON::ParserError, ArgumentError, TypeError].freeze

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
  rescue SystemCallError
    FileUtils.rm_f(temporary) if temporary
    raise
  end

  # The value of a file; nil where there is none, or where it is damaged. One file must not stop the rest.
  def read(path, name)
    unseal(File.binread(path), name)
  rescue Errno::ENOENT
    nil
  rescue *DAMAGED
    log('damaged file', file: path.delete_prefix("#{Config::DATA_DIR}/"))
    nil
  end

  # Ends the start where nothing can be stored, or where everything is encrypted with another key.
  def check_directory
    path = File.join(Config::DATA_DIR, 'key.sealed')
    unseal(File.binread(path), 'key') if File.exist?(path)
    write(path, 'key', {})
  rescue SystemCallError => e
    abort "Cannot use #{Config::DATA_DIR}: #{e.message}."
  rescue *DAMAGED
    abort "Cannot use #{Config::DATA_DIR}: REVENTO_TOKEN_KEY is not the key that its files are encrypted with."
  end

  # Creates an empty file; false when it exists. Exactly one caller succeeds, in any process.
  def create_once(path)
    FileUtils.mkdir_p(File.dirname(path), mode: 0o700)
    File.open(path, File::WRONLY | File::CREAT | File::EXCL, 0o600).close
    true
  rescue Errno::EEXIST
    false
  end

  # Runs the block while no other thread or process runs one under the same name. The turn of a process that dies ends.
  def in_turn(name)
    path = File.join(Config::DATA_DIR, 'locks', name)
    FileUtils.mkdir_p(File.dirname(path), mode: 0o700)
    File.open(path, File::RDWR | File::CREAT, 0o600) do |lock|
      lock.flock(File::LOCK_EX)
      yield
    end
  end
end

module Logins
  DIRECTORY = File.join(Config::DATA_DIR, 'logins')
  # A refresh that has no answer by then never gets one: requests are given up after 25 seconds.
  UNANSWERED_SECONDS = 30
  DELETION = 'data.deletion_required'

  module_function

  def name_of(login)
    Sealed.file_name(login['event_id'], login['organization_id'])
  end

  def path_of(login)
    File.join(DIRECTORY, "#{name_of(login)}.sealed")
  end

  def claim_of(login)
    File.join(DIRECTORY, "#{Sealed.file_name(login['refresh_token'])}.claim")
  end

  # Call it before anything uses its access token.
  def store(login)
    Sealed.in_turn('logins') { write(login) }
  end

  def write(login)
    Sealed.write(path_of(login), name_of(login), login)
    login
  end

  # Stores a login in the place of `spent`, or raises where that ended meanwhile. Gives the login that holds now, which
  # may be one that the organizer made meanwhile.
  def replace(spent, login)
    Sealed.in_turn('logins') do
      current = usable(spent)
      current['refresh_token'] == spent['refresh_token'] ? write(login) : current
    end
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

  # Marks whatever login there is as ended and forgets its tokens.
  def end_of(login, reason)
    log('login ended', event_id: login['event_id'], reason: reason)
    store(ended(login, reason))
  end

  # Ends this login only, and raises. Gives the one that the organizer made meanwhile, where there is one.
  def end_spent(spent, reason)
    current = replace(spent, ended(spent, reason))
    return current unless current.key?('ended')

    log('login ended', event_id: spent['event_id'], reason: reason)
    raise LoginEnded
  end

  def ended(login, reason)
    login.slice('event_id', 'organization_id').merge('ended' => reason)
  end

  # Whether Revento demanded deletion, and no organizer has connected the event again.
  def deleted?(login)
    current = Sealed.read(path_of(login), name_of(login))
    !current.nil? && current['ended'] == DELETION
  end

  # The login after a refresh. `spent` is the login whose access token has expired; the block asks for the new tokens.
  #
  # Revento revokes a login when a refresh token is used twice, so each one is claimed by a file before it is sent: one
  # request among all threads, one among all processes, one even when the process dies half-way.
  def refreshed(spent, &request)
    loop do
      current = usable(spent)
      return current if current['access_token'] != spent['access_token']

      claim = claim_of(current)
      return claimed(spent, claim, request) if Sealed.create_once(claim)
      return end_spent(current, 'a refresh was never answered') if unanswered?(claim)

      sleep 0.05 # another thread or process is refreshing: the files show the outcome
    end
  end

  def claimed(spent, claim, request)
    # Another process may have refreshed, and dropped its claim, since we looked.
    current = usable(spent)
    if current['access_token'] == spent['access_token']
      writable(current, claim)
      answer = request.call('grant_type' => 'refresh_token', 'refresh_token' => current['refresh_token'])
      renewed = current.merge(answer.slice('access_token', 'refresh_token', 'scope').compact)
      current = replace(current, renewed)
    end
    FileUtils.rm_f(claim)
    current
  rescue TokenError => e
    # Kept where Revento may have used the token without an answer to us: it is never sent a second time.
    FileUtils.rm_f(claim) if e.unused?
    raise unless e.code == 'invalid_grant'

    end_spent(current, e.code)
  end

  # Raises where the new tokens could not be stored either: nothing is sent.
  def writable(login, claim)
    replace(login, login)
  rescue SystemCallError
    FileUtils.rm_f(claim)
    raise
  end

  def unanswered?(claim)
    Time.now - File.mtime(claim) > UNANSWERED_SECONDS
  rescue Errno::ENOENT
    false
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

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
  def initialize(message = 'No organizer has connected this event, or the connection ended. Open /connect.') = super
end

# Files that only this program can read.
module Sealed
  # Revento gives up a delivery after hours; one that is repeated by hand may be older.
  KEPT_DAYS = { 'worked/*' => 30, 'attempts/*' => 1, '{*,*/*}/*.tmp' => 1, '*.tmp' => 1 }.freeze

  module_function

  # A file name for any text, safe in a path.
  def file_name(*parts) = Digest::SHA256.hexdigest(JSON.generate(parts))

  # Encrypts with AES-256-GCM. The name is authenticated, so one sealed file cannot stand in for another.
  def seal(value, name)
    cipher = OpenSSL::Cipher.new('aes-256-gcm').encrypt
    cipher.key = Config::TOKEN_KEY
    iv = cipher.random_iv
    cipher.auth_data = name
    text = cipher.update(JSON.generate(value)) + cipher.final
    iv + cipher.auth_tag + text
  end

  # What was sealed under this name; nil for anything else.
  def unseal(data, name)
    cipher = OpenSSL::Cipher.new('aes-256-gcm').decrypt
    cipher.key = Config::TOKEN_KEY
    cipher.iv = data.byteslice(0, 12)
    cipher.auth_tag = data.byteslice(12, 16)
    cipher.auth_data = name
    JSON.parse(cipher.update(data.byteslice(28..)) + cipher.final)
  rescue OpenSSL::Cipher::CipherError, JSON::ParserError, ArgumentError, TypeError
    nil
  end

  # Where a value is sealed under this name.
  def path(directory, name) = File.join(directory, "#{name}.sealed")

  # Replaces a file as a whole: a crash, or a loss of power, leaves the old one or the new one.
  def write(directory, name, value)
    FileUtils.mkdir_p(directory, mode: 0o700)
    temporary = File.join(directory, "#{SecureRandom.uuid}.tmp")
    File.open(temporary, File::WRONLY | File::CREAT | File::EXCL | File::BINARY, 0o600) do |file|
      file.write(seal(value, name))
      file.fsync
    end
    File.rename(temporary, path(directory, name))
    File.open(directory, &:fsync) unless Gem.win_platform? # Windows takes care of the names by itself
  rescue SystemCallError
    FileUtils.rm_f(temporary) if temporary
    raise
  end

  # Creates an empty file; false when it exists. Exactly one caller succeeds, in any process.
  def create_once(path)
    FileUtils.mkdir_p(File.dirname(path), mode: 0o700)
    File.open(path, File::WRONLY | File::CREAT | File::EXCL, 0o600).close
    true
  rescue Errno::EEXIST
    false
  end

  # Whether a file is there; unlike `File.exist?`, this fails where nobody can know.
  def exist?(path)
    File.stat(path).file?
  rescue Errno::ENOENT
    false
  end

  # The value of a file; nil where there is none, or where it is damaged.
  def read(directory, name)
    value = unseal(File.binread(path(directory, name)), name)
    log('damaged file', directory: File.basename(directory), name:) if value.nil?
    value
  rescue Errno::ENOENT
    nil
  end

  # The values of all files in a directory. One that cannot be read must not stop the rest: the block gets its error.
  def read_all(directory)
    Dir.children(directory).grep(/\.sealed\z/).filter_map do |found|
      read(directory, File.basename(found, '.sealed'))
    rescue SystemCallError => e
      log('unreadable file', error: e.message)
      yield e if block_given?
      nil
    end
  rescue Errno::ENOENT
    []
  end

  # Deletes a directory, if there is one.
  def delete_all(directory)
    FileUtils.rm_r(directory)
  rescue Errno::ENOENT
    nil
  end

  # Ends the start where nothing can be stored, or where everything is encrypted with another key.
  def open_directory
    directory = Config::DATA_DIR
    if exist?(path(directory, 'key')) && read(directory, 'key').nil?
      abort "REVENTO_TOKEN_KEY is not the key that the files in #{directory} are encrypted with."
    end
    write(directory, 'key', {})
    sweep
  rescue SystemCallError => e
    abort "Cannot use #{directory}: #{e.message}."
  end

  # Removes what is not needed anymore, and what killed processes left behind. Other processes may be running.
  def sweep
    KEPT_DAYS.each do |pattern, days|
      Dir.glob(pattern, base: Config::DATA_DIR).each do |found|
        path = File.join(Config::DATA_DIR, found)
        File.delete(path) if Time.now - File.mtime(path) > days * 24 * 3600
      rescue Errno::ENOENT
        next # another process was faster
      end
    end
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
  DELETION = 'data.deletion_required'

  module_function

  # A connection is an event and an organization.
  def connection?(value) = value.values_at('event_id', 'organization_id').all?(String)

  def name_of(connection) = Sealed.file_name(connection['event_id'], connection['organization_id'])

  def read(connection) = Sealed.read(DIRECTORY, name_of(connection))

  # Call it before anything uses its access token.
  def store(login) = Sealed.in_turn('logins') { Sealed.write(DIRECTORY, name_of(login), login) }

  # Every login that can be used.
  def all(&block) = Sealed.read_all(DIRECTORY, &block).reject { |login| login.key?('ended') }

  # The login for an event; raises LoginEnded where there is none to use. It may be in a file that cannot be read: then
  # nobody has to connect the event again.
  def for_event(event_id)
    failure = LoginEnded
    found = all { |error| failure = error }.find { |login| login['event_id'] == event_id }
    found or raise failure
  end

  # Ends whatever login a connection has, and forgets its tokens.
  def end_of(connection, reason) = store(ended(connection, reason))

  # Ends this login. Raises LoginEnded, or gives the one that the organizer made meanwhile.
  def end_spent(login, reason) = replace(login, ended(login, reason))

  def ended(connection, reason)
    log('login ended', event_id: connection['event_id'], reason:)
    connection.slice('event_id', 'organization_id').merge('ended' => reason)
  end

  # Whether Revento demanded deletion, and no organizer has connected the event again.
  def deleted?(connection) = read(connection)&.fetch('ended', nil) == DELETION

  def usable(connection)
    login = read(connection)
    raise LoginEnded if login.nil? || login.key?('ended')

    login
  end

  # Stores a login in the place of this one, unless that has ended or was made again. Gives the one to use now.
  def replace(spent, login)
    Sealed.in_turn('logins') do
      is_current = usable(spent)['refresh_token'] == spent['refresh_token']
      Sealed.write(DIRECTORY, name_of(login), login) if is_current
      usable(spent)
    end
  end

  # The login after a refresh. `spent` is the login whose access token has expired; the block asks for the new tokens.
  #
  # Revento revokes a login when a refresh token is used twice. So only one thread of one process at a time refreshes,
  # and what it is about to do is stored before: after a process that died half-way, the next one does not send the
  # token again.
  def refreshed(spent)
    Sealed.in_turn("refresh of #{name_of(spent)}") do
      current = usable(spent)
      next current if current['access_token'] != spent['access_token']
      next end_spent(current, 'a refresh was never answered') if current.key?('is_sent')

      is_marked = false
      begin
        # Where this fails, the new tokens could not be stored either.
        replace(current, current.merge('is_sent' => true))
        is_marked = true
        answer = yield('grant_type' => 'refresh_token', 'refresh_token' => current['refresh_token'])
        replace(current, current.merge(answer.slice('access_token', 'refresh_token', 'scope').compact))
      rescue StandardError => e
        next end_spent(current, e.code) if e.is_a?(TokenError) && e.code == 'invalid_grant'

        # A mark that failed may be on disk all the same.
        replace(current, current) if !is_marked || (e.is_a?(TokenError) && e.is_unused)
        raise # otherwise Revento may have used the token without an answer to us
      end
    end
  end
end

# A response of the token endpoint without tokens. `is_unused`: the code or refresh token can still be used.
class TokenError < StandardError
  attr_reader :code, :is_unused

  def initialize(code, is_unused)
    super("token endpoint: #{code}")
    @code = code
    @is_unused = is_unused
  end
end

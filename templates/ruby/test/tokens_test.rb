# frozen_string_literal: true

require_relative 'settings'
require_relative '../oauth'

class TokensTest < Minitest::Test
  RENEWED = { 'access_token' => 'a2', 'refresh_token' => 'r2' }.freeze

  def stored(event_id)
    login = {
      'event_id' => event_id, 'organization_id' => 'org_1', 'scope' => '',
      'access_token' => 'a1', 'refresh_token' => "r1 of #{event_id}"
    }
    Logins.store(login)
    login
  end

  def path_of(login)
    Sealed.path(Logins::DIRECTORY, Logins.name_of(login))
  end

  def test_tokens_are_encrypted_on_disk
    stored('evt_sealed')
    assert_equal 'a1', Logins.for_event('evt_sealed')['access_token']
    Dir.glob(File.join(Logins::DIRECTORY, '*')).each { |path| refute_includes File.binread(path), 'evt_sealed' }
  end

  def test_a_sealed_value_opens_under_its_own_name_only
    sealed = Sealed.seal({ 'a' => 1 }, 'one')
    assert_equal({ 'a' => 1 }, Sealed.unseal(sealed, 'one'))
    assert_nil Sealed.unseal(sealed, 'another')
  end

  def test_a_damaged_login_counts_as_none_until_the_event_is_connected_again
    File.write(path_of(stored('evt_damaged')), 'damaged')
    stored('evt_whole')
    assert_equal 'a1', Logins.for_event('evt_whole')['access_token']
    assert_raises(LoginEnded) { Logins.for_event('evt_damaged') }
    stored('evt_damaged')
    assert_equal 'a1', Logins.for_event('evt_damaged')['access_token']
  end

  def test_a_refresh_that_takes_long_does_not_hold_up_the_refresh_of_another_event
    slow = stored('evt_slow')
    fast = stored('evt_fast')
    found = Logins.refreshed(slow) { Logins.refreshed(fast) { RENEWED } && RENEWED }
    assert_equal 'a2', found['access_token']
  end

  def test_a_start_with_another_key_than_that_of_the_stored_files_is_refused
    program = ['ruby', '-r', File.expand_path('../tokens', __dir__), '-e', 'Sealed.open_directory']
    assert system(*program)
    refute system({ 'REVENTO_TOKEN_KEY' => ['x' * 32].pack('m0') }, *program, err: File::NULL)
    assert system(*program)
  end

  def test_a_start_with_an_address_that_nothing_can_be_sent_to_is_refused
    %w[https://host:443x https:// ftp://host].each do |address|
      read, write = IO.pipe
      program = ['ruby', '-r', File.expand_path('../config', __dir__), '-e', '']
      refute system({ 'REVENTO_AUTH_BASE' => address }, *program, err: write)
      write.close
      assert_equal "REVENTO_AUTH_BASE is not a URL.\n", read.read
    end
  end

  def test_twenty_threads_refresh_once
    spent = stored('evt_single')
    requests = Queue.new
    threads = Array.new(20) do
      Thread.new do
        Logins.refreshed(spent) do |form|
          requests << form
          RENEWED
        end
      end
    end
    assert_equal ['a2'], threads.map { |thread| thread.value['access_token'] }.uniq
    assert_equal 1, requests.size
    assert_equal 'r2', Logins.for_event('evt_single')['refresh_token']
  end

  def test_invalid_grant_ends_the_login
    spent = stored('evt_ended')
    assert_raises(LoginEnded) { Logins.refreshed(spent) { raise TokenError.new('invalid_grant', false) } }
    assert_raises(LoginEnded) { Logins.for_event('evt_ended') }
  end

  def test_a_refresh_that_revento_never_got_is_sent_again
    spent = stored('evt_unused')
    assert_raises(TokenError) { Logins.refreshed(spent) { raise TokenError.new('unreachable', true) } }
    assert_equal 'a2', Logins.refreshed(spent) { RENEWED }['access_token']
  end

  def test_a_refresh_token_that_was_sent_without_an_answer_is_not_sent_again
    spent = stored('evt_unanswered')
    assert_raises(TokenError) { Logins.refreshed(spent) { raise TokenError.new('unanswered', false) } }
    assert_raises(LoginEnded) { Logins.refreshed(spent) { flunk 'it was sent' } }
  end

  # Whether a refresh token can be used again after each of these answers.
  def unused_after(answers)
    server = TCPServer.new('127.0.0.1', 0)
    thread = Thread.new { answers.each { |status, code| answer(server.accept, status, code) } }
    base = Config.send(:remove_const, :AUTH_BASE)
    Config.const_set(:AUTH_BASE, "http://127.0.0.1:#{server.addr[1]}")
    answers.map { assert_raises(TokenError) { OAuth.request_tokens({}) }.is_unused }
  ensure
    Config.send(:remove_const, :AUTH_BASE)
    Config.const_set(:AUTH_BASE, base)
    thread.kill
    server.close
  end

  def answer(client, status, code)
    head = client.gets("\r\n\r\n")
    client.read(head[/^Content-Length: (\d+)/i, 1].to_i)
    body = JSON.generate({ error: code }.compact)
    client.write("HTTP/1.1 #{status} Some reason\r\nLocation: /elsewhere\r\nConnection: close\r\n" \
                 "Content-Length: #{body.bytesize}\r\n\r\n#{body}")
    client.close
  end

  def test_a_refresh_token_is_kept_after_a_refusal_or_a_redirect_and_given_up_where_it_may_be_spent
    kept = [[302], [401, 'invalid_client'], [404], [405], [429], [503]]
    assert_equal [true] * kept.size, unused_after(kept)
    assert_equal [false] * 3, unused_after([[400, 'invalid_grant'], [200], [500]])
  end

  def test_a_refresh_token_is_not_sent_and_can_be_used_later_while_nothing_can_be_stored
    skip 'needs limits of resources' if Gem.win_platform?
    spent = stored('evt_full')
    is_sent = false
    without_room { assert_raises(SystemCallError) { Logins.refreshed(spent) { is_sent = true } } }
    refute is_sent
    assert_empty Dir.glob(File.join(Logins::DIRECTORY, '*.tmp'))
    assert_equal 'a2', Logins.refreshed(spent) { RENEWED }['access_token']
  end

  # While the block runs, nothing can be written to files.
  def without_room
    limits = Process.getrlimit(:FSIZE)
    signal = trap('XFSZ', 'IGNORE')
    Process.setrlimit(:FSIZE, 0, limits[1])
    yield
  ensure
    Process.setrlimit(:FSIZE, *limits)
    trap('XFSZ', signal)
  end

  def test_a_refresh_token_that_was_not_sent_as_a_disk_failed_after_the_mark_was_written_is_sent_later
    skip 'Windows syncs directories by itself' if Gem.win_platform?
    spent = stored('evt_mark')
    # The first is the system's, the second Ruby's own.
    [Errno::EIO, IOError].each do |failure|
      without_syncs(failure) { assert_raises(failure) { Logins.refreshed(spent) { flunk 'it was sent' } } }
    end
    assert_equal 'a2', Logins.refreshed(spent) { RENEWED }['access_token']
  end

  # While the block runs, no directory can be written to the disk.
  def without_syncs(failure)
    is_failing = true
    File.define_method(:fsync) do
      next super() unless stat.directory? && is_failing

      is_failing = false # what is stored afterward can be
      raise failure
    end
    yield
  ensure
    File.remove_method(:fsync)
  end

  def test_a_deletion_during_a_refresh_wins
    spent = stored('evt_deleted')
    assert_raises(LoginEnded) do
      Logins.refreshed(spent) do
        Logins.end_of(spent, Logins::DELETION)
        RENEWED
      end
    end
    assert_raises(LoginEnded) { Logins.for_event('evt_deleted') }
  end

  def test_a_refused_refresh_keeps_a_login_that_was_made_meanwhile
    spent = stored('evt_again')
    found = Logins.refreshed(spent) do
      Logins.store(spent.merge('access_token' => 'b1', 'refresh_token' => 's1'))
      raise TokenError.new('invalid_grant', false)
    end
    assert_equal 'b1', found['access_token']
  end

  # Runs a program in two processes at once, which load the tokens.
  def twice(program)
    command = ['ruby', '-r', File.expand_path('../tokens', __dir__), '-e', program]
    statuses = Array.new(2) { Process.spawn(*command, out: File::NULL) }.map { |pid| Process.wait2(pid)[1] }
    assert(statuses.all?(&:success?))
  end

  def test_two_processes_refresh_once
    stored('evt_many')
    sent = File.join(Config::DATA_DIR, 'sent.log')
    twice <<~RUBY
      spent = Logins.for_event('evt_many').merge('access_token' => 'a1')
      Logins.refreshed(spent) do
        File.write('#{sent}', "sent\n", mode: 'a')
        sleep 0.02
        { 'access_token' => 'a2', 'refresh_token' => 'r2' }
      end
    RUBY
    assert_equal "sent\n", File.read(sent)
  end

  def test_a_refresh_token_that_a_killed_process_has_sent_is_not_sent_again
    spent = stored('evt_killed')
    program = "Logins.refreshed(Logins.for_event('evt_killed')) { Process.kill('KILL', Process.pid) && sleep }"
    refute system('ruby', '-r', File.expand_path('../tokens', __dir__), '-e', program)
    assert_raises(LoginEnded) { Logins.refreshed(spent) { flunk 'it was sent' } }
  end
end

# frozen_string_literal: true

require_relative 'settings'
require_relative '../app'
require 'rack/mock'

# What Revento and the disk do not do on most days.
class OddAnswersTest < Minitest::Test
  LOGIN = {
    'event_id' => 'evt_1', 'organization_id' => 'org_1', 'access_token' => 'a1', 'refresh_token' => 'r1',
    'scope' => 'participants.read'
  }.freeze

  def setup
    @asked = 0
    @server = TCPServer.new('127.0.0.1', 0)
    @thread = Thread.new { loop { serve(@server.accept) } }
    @bases = %i[API_BASE AUTH_BASE].to_h { |name| [name, Config.send(:remove_const, name)] }
    @bases.each_key { |name| Config.const_set(name, "http://127.0.0.1:#{@server.addr[1]}") }
    FileUtils.rm_rf(Logins::DIRECTORY) # the logins of other tests
    Logins.store(LOGIN)
  end

  def teardown
    @thread.kill
    @server.close
    @bases.each do |name, base|
      Config.send(:remove_const, name)
      Config.const_set(name, base)
    end
    [Logins::DIRECTORY, File.join(Config::DATA_DIR, 'participants')].each { |path| FileUtils.rm_rf(path) }
  end

  def serve(client)
    @asked += 1
    client.read(client.gets("\r\n\r\n")[/^Content-Length: (\d+)/i, 1].to_i)
    head = "HTTP/1.1 200 OK\r\n#{@head}Connection: close\r\nContent-Length: #{@answer.bytesize}"
    client.write("#{head}\r\n\r\n#{@answer}")
    client.close
  end

  def synced(page)
    @answer = page
    Mirror.sync('evt_1')
    Mirror.participants('evt_1')
  end

  # As with an error of the disk, which a test cannot have: a link to itself, which nothing can follow.
  def make_unreadable(path)
    FileUtils.rm_rf(path)
    File.symlink(path, path)
  end

  def sync_status
    here = { 'REMOTE_ADDR' => '127.0.0.1', 'HTTP_HOST' => 'localhost' }
    Rack::MockRequest.new(App).post('/sync?event=evt_1', here).status
  end

  def test_a_page_that_does_not_say_whether_more_rows_follow_fails_the_sync_and_loses_nothing
    held = synced('{"data":[{"id":"p0"}],"has_more":false}')
    @asked = 0
    odd = ['', ',"has_more":null', ',"has_more":"no"', ',"has_more":true', ',"has_more":true,"next_cursor":5']
    pages = odd.map { |more| %({"data":[{"id":"p1"}]#{more}}) }
    pages += %w[null {} 7 ["p1"] [null]].map { |data| %({"data":#{data},"has_more":false}) }
    pages.each do |page|
      failure = assert_raises(ApiError, page) { synced(page) }
      assert_match(/\Aunexpected_answer \(200\), request [\h-]{36}\z/, failure.message)
    end
    assert_equal 2 * pages.size, @asked # the event and its list: neither is requested again
    assert_equal [held, 502], [Mirror.participants('evt_1'), sync_status]
  end

  def test_rows_are_kept_as_they_came
    rows = [
      { 'id' => 'p1', 'application_status' => 'pending', 'custom_form_fields' => { 'a' => 1 }, 'role' => nil },
      { 'id' => 7, 'custom_form_fields' => [], 'last_reviewed_at' => 7 },
      { 'custom_form_fields' => nil }
    ]
    assert_equal rows.to_set, synced(JSON.generate({ data: rows, has_more: false })).to_set
    event = { 'type' => 'application.approved', 'occurred_at' => '3000', **LOGIN.slice('event_id', 'organization_id') }
    data = { 'participant_id' => 'p1', 'user_id' => 'usr_1', 'custom_form_fields' => nil }
    Mirror.work({ **event, 'data' => data }, 'one')
    rows[0]['user_id'] = 'usr_1' # what an application does not have does not change
    assert_equal rows.to_set, Mirror.participants('evt_1').to_set
  end

  def test_tokens_are_kept_whatever_comes_with_them
    @answer = '{"access_token":"a2","refresh_token":"r2","expires_in":"soon","scope":{},"event_id":[]}'
    found = Logins.refreshed(LOGIN) { |form| OAuth.request_tokens(form) }
    assert_equal LOGIN.merge('access_token' => 'a2', 'refresh_token' => 'r2'), found
  end

  def test_what_is_not_a_token_is_none
    @answer = '{"access_token":{},"refresh_token":"r2"}'
    assert_raises(TokenError) { OAuth.request_tokens({}) }
  end

  def test_tokens_of_no_event_connect_nothing
    %w[event_id organization_id].each do |id|
      @answer = %({"access_token":"a2","refresh_token":"r2","#{id}":"1"})
      url, cookie = OAuth.start('evt_1')
      query = URI.decode_www_form(URI(url).query).to_h.slice('state').merge('code' => 'c')
      assert_raises(NotConnected) { OAuth.finish(query, cookie) }
    end
    assert_equal [LOGIN], Logins.all
  end

  def test_a_login_that_cannot_be_read_is_not_a_missing_one
    another = LOGIN.merge('event_id' => 'evt_2')
    Logins.store(another)
    make_unreadable(Sealed.path(Logins::DIRECTORY, Logins.name_of(LOGIN)))
    assert_equal 500, sync_status
    assert_raises(SystemCallError) { Logins.refreshed(LOGIN) { flunk 'it was sent' } }
    assert_equal another, Logins.for_event('evt_2')
    make_unreadable(Logins::DIRECTORY)
    assert_output(/Too many levels/) { assert_equal 500, sync_status }
  end

  def test_a_mirror_that_cannot_be_read_is_neither_empty_nor_deleted
    make_unreadable(File.join(Config::DATA_DIR, 'participants'))
    assert_raises(SystemCallError) { Mirror.participants('evt_1') }
    deletion = { 'type' => Logins::DELETION, **LOGIN.slice('event_id', 'organization_id') }
    assert_raises(SystemCallError) { Mirror.work(deletion, 'one') }
  end

  def test_a_delivery_whose_mark_cannot_be_looked_for_is_neither_acknowledged_nor_worked_again
    body = '{"type":"x"}'
    mac = OpenSSL::HMAC.hexdigest('SHA256', ENV.fetch('REVENTO_WEBHOOK_SECRET'), "#{now = Time.now.to_i}.#{body}")
    headers = { 'TIMESTAMP' => now.to_s, 'SIGNATURE' => "sha256=#{mac}", 'EVENT' => 'x', 'DELIVERY_ID' => 'marked' }
    headers.transform_keys! { |name| "HTTP_X_REVENTO_#{name}" }
    post = -> { Rack::MockRequest.new(App).post('/webhooks/revento', headers.merge(input: body)).status }
    assert_equal 204, post.call
    make_unreadable(Webhooks::WORKED)
    assert_output(/"delivery failed".*Too many levels/) { Webhooks.work_waiting { flunk 'it was worked' } }
    Sealed.delete_all(Webhooks::INBOX)
    assert_output(/Too many levels/) { assert_equal 500, post.call }
  ensure
    File.delete(Webhooks::WORKED)
    Sealed.delete_all(Webhooks::INBOX)
  end

  def test_a_pause_is_a_number_of_seconds_at_most_an_hour
    @answer = '{}'
    pauses = { '2' => 2, '9' * 30 => 3600, '-5' => nil, '0' => nil, 'Fri, 31 Dec 2099 23:59:59 GMT' => nil }
    pauses.each do |asked, pause|
      @head = "Retry-After: #{asked}\r\n"
      assert_equal [pause], [Api.fetch(LOGIN, '')[2]], asked
    end
  end

  def test_what_is_not_a_port_ends_the_start
    program = ['ruby', '-r', File.expand_path('../config', __dir__), '-e', '']
    %w[0 -1 65536 99999999999 abc].each do |port|
      read, write = IO.pipe
      refute system({ 'PORT' => port }, *program, err: write)
      write.close
      assert_equal "PORT is not a port.\n", read.read
    end
    assert system({ 'PORT' => '' }, *program)
  end

  def test_blanks_are_not_a_second_signing_secret
    words = ['ruby', '-r', File.expand_path('../config', __dir__), '-e', 'puts Config::WEBHOOK_SECRETS.size']
    env = { 'REVENTO_WEBHOOK_SECRET_PREVIOUS' => ' ', 'PORT' => ' 3000 ' }
    assert_equal "1\n", IO.popen([env, *words], &:read)
  end
end

# frozen_string_literal: true

require_relative 'settings'
require_relative '../app'

class WebhooksTest < Minitest::Test
  SECRET = ENV.fetch('REVENTO_WEBHOOK_SECRET')
  BODY = '{"id":"1","type":"x","event_id":null,"organization_id":null,"data":{}}'

  def delivery(body: BODY, key: SECRET, timestamp: Time.now.to_i.to_s)
    mac = OpenSSL::HMAC.hexdigest('SHA256', key, "#{timestamp}.#{body}")
    headers = {
      'X-Revento-Event' => 'x',
      'X-Revento-Delivery-Id' => SecureRandom.uuid,
      'X-Revento-Timestamp' => timestamp,
      'X-Revento-Signature' => "sha256=#{mac}"
    }
    [headers, body]
  end

  def receive((headers, body))
    Webhooks.receive(headers.to_proc, body.b)
  end

  def test_a_genuine_delivery_is_accepted_and_so_is_its_repeat
    once = delivery
    assert_equal 204, receive(once)
    assert_equal 204, receive(once)
  end

  def test_others_are_refused
    now = Time.now.to_i
    headers, body = delivery
    {
      'another secret' => delivery(key: 'another'),
      'six minutes old' => delivery(timestamp: (now - 360).to_s),
      'six minutes ahead' => delivery(timestamp: (now + 360).to_s),
      'not a number' => delivery(timestamp: 'today'),
      'no headers' => [{}, BODY],
      'one byte more' => [headers, "#{body}\n"]
    }.each { |name, refused| assert_equal 401, receive(refused), name }
  end

  def test_signed_but_not_an_event
    %w[hello null {}].each { |body| assert_equal 400, receive(delivery(body:)), body }
  end

  def test_a_header_cannot_end_a_login
    login = { 'event_id' => 'evt_kept', 'organization_id' => 'org_1', 'access_token' => 'a1', 'refresh_token' => 'r1' }
    Logins.store(login)
    headers, body = delivery(body: '{"type":"x","event_id":"evt_kept","organization_id":"org_1","data":{}}')
    assert_equal 204, receive([headers.merge('X-Revento-Event' => 'data.deletion_required'), body])
    assert_equal 'a1', Logins.for_event('evt_kept')['access_token']
  end

  def test_files_that_cannot_be_read_do_not_hold_up_deliveries_nor_the_rest_of_a_mirror
    mirror = Mirror.directory('evt_damaged')
    directory = File.join(Webhooks::INBOX, 'a directory.sealed')
    FileUtils.mkdir_p([directory, mirror])
    damaged = [File.join(Webhooks::INBOX, 'damaged.sealed'), File.join(mirror, 'damaged.sealed')]
    damaged.each { |path| File.write(path, 'damaged') }
    headers, body = delivery
    receive([headers, body])
    worked = Queue.new
    worker = Thread.new { Webhooks.work_deliveries { |_event, id| worked << id } }
    Timeout.timeout(20) { nil until worked.pop == headers['X-Revento-Delivery-Id'] }
    assert_empty Mirror.participants('evt_damaged')
  ensure
    worker&.kill
    FileUtils.rm_rf([directory, *damaged])
  end

  def test_a_type_that_is_not_known_yet_changes_nothing_whatever_its_data_is
    %w[participant.merged application.moved thread.updated].product([{}, nil, []]) do |type, data|
      Mirror.work({ 'type' => type, 'event_id' => 'evt_unknown', 'data' => data }, type)
    end
    assert_empty Mirror.participants('evt_unknown')
  end

  def test_many_work_one_inbox_once
    20.times { receive(delivery) }
    works = Queue.new
    Array.new(4) do
      Thread.new do
        Webhooks.work_waiting do |_event, id|
          works << id
          sleep 0.001 # time for the others to work the same
        end
      end
    end.each(&:join)
    ids = Array.new(works.size) { works.pop }
    assert_operator ids.size, :>=, 20
    assert_equal ids.uniq, ids
  end

  def test_a_lost_refresh_keeps_the_mirror_and_a_deletion_stops_it
    { 'a refresh was never answered' => 1, Logins::DELETION => 0 }.each do |reason, count|
      login = { 'event_id' => "evt of #{reason}", 'organization_id' => 'org_1' }
      Logins.end_of(login, reason)
      joined = { 'type' => 'participant.joined', 'occurred_at' => '', 'data' => { 'id' => 'p1' } }
      Mirror.work(login.merge(joined), reason)
      assert_equal count, Mirror.participants(login['event_id']).size, reason
    end
  end

  # While the block runs, the API gives what `page` gives for each path.
  def with_api(page)
    server = TCPServer.new('127.0.0.1', 0)
    thread = Thread.new { loop { Thread.new(server.accept) { |client| answer(client, page) } } }
    base = Config.send(:remove_const, :API_BASE)
    Config.const_set(:API_BASE, "http://127.0.0.1:#{server.addr[1]}")
    yield
  ensure
    Config.send(:remove_const, :API_BASE)
    Config.const_set(:API_BASE, base)
    thread.kill
    server.close
  end

  def answer(client, page)
    status, body = page.call(client.gets("\r\n\r\n")[/\S+(?= HTTP)/])
    client.write("HTTP/1.1 #{status} Some reason\r\nConnection: close\r\n" \
                 "Content-Length: #{body.bytesize}\r\n\r\n#{body}")
    client.close
  end

  def test_a_delivery_is_older_than_a_sync_by_the_time_of_the_review_whatever_the_clock_here_says
    ids = { 'event_id' => 'evt_delayed', 'organization_id' => 'org_1' }
    Logins.store(ids.merge('access_token' => 'a1', 'refresh_token' => 'r1', 'scope' => 'participants.read'))
    row = { id: 'p1', application_status: 'rejected', last_reviewed_at: '2026-01-02T10:00:00.500Z' }
    page = JSON.generate({ title: '', data: [row], has_more: false })
    with_api(->(_path) { [200, page] }) do
      Mirror.sync('evt_delayed')
      assert_equal 'rejected', after_delivery(ids, 'p1', '2026-01-02T09:59:59Z')
      assert_equal 'approved', after_delivery(ids, 'p1', '2026-01-02T10:00:01Z')
      # The next read is newer than a delivery that it follows, whomever that was about.
      after_delivery(ids, 'p2', '2026-01-02T12:00:00Z')
      Mirror.sync('evt_delayed')
    end
    assert_equal 'rejected', after_delivery(ids, 'p1', '2026-01-02T11:00:00Z')
    assert_equal 'approved', after_delivery(ids, 'p1', '2026-01-02T13:00:00Z')
  end

  def after_delivery(ids, participant_id, occurred_at)
    data = { 'id' => participant_id, 'application_status' => 'approved' }
    Mirror.work(ids.merge('type' => 'participant.updated', 'occurred_at' => occurred_at, 'data' => data), occurred_at)
    Mirror.participants(ids['event_id']).find { |row| row['id'] == 'p1' }['application_status']
  end

  def test_a_signed_event_without_the_ids_or_the_time_that_it_must_have_is_acknowledged_and_left_alone
    whole = { 'event_id' => 'evt_odd', 'organization_id' => 'org_1', 'occurred_at' => '2026-01-02T10:00:00Z' }
    ['participant.registered', 'application.approved', Logins::DELETION].product(whole.keys) do |type, name|
      event = { 'type' => type, **whole, 'data' => { 'id' => 'p1', 'participant_id' => 'p1' } }
      [nil, 7, {}, ['evt_odd']].map { |odd| event.merge(name => odd) }.push(event.except(name)).each do |odd|
        assert_equal 204, receive(delivery(body: JSON.generate(odd)))
        Mirror.work(odd, SecureRandom.uuid)
        assert_empty Mirror.participants('evt_odd')
      end
    end
  end

  # A refresh of the other list, which nobody waits for anymore, would be cut off when the process ends.
  def test_a_sync_that_fails_ends_after_both_of_its_lists
    ids = { 'event_id' => 'evt_lists', 'organization_id' => 'org_1' }
    scope = 'participants.read program.read'
    Logins.store(ids.merge('access_token' => 'a1', 'refresh_token' => 'r1', 'scope' => scope))
    asked = []
    page = lambda do |path|
      next [403, '{"error":"forbidden"}'] if path.include?('/participants')
      next [200, '{"title":""}'] unless path.include?('/activities')

      sleep 0.1 # time for the other list to fail
      asked << path
      [200, '{"data":[],"has_more":false}']
    end
    with_api(page) { assert_raises(StandardError) { Mirror.sync('evt_lists') } }
    assert_equal 1, asked.size
  end

  def test_the_start_removes_only_what_killed_processes_left
    swept = %w[logins/a.tmp participants/event/b.tmp].map { |one| File.join(Config::DATA_DIR, one) }
    kept = %w[participants/event/c.tmp worked/d].map { |one| File.join(Config::DATA_DIR, one) }
    [*swept, *kept].each { |path| Sealed.create_once(path) }
    swept.each { |path| File.utime(Time.at(0), Time.at(0), path) }
    Sealed.open_directory
    left = [*swept, *kept].select { |path| File.exist?(path) }
    assert_equal kept, left
  end
end

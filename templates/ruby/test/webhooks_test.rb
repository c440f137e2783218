# frozen_string_literal: true

require_relative 'settings'
require_relative '../webhooks'

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
    %w[hello null {}].each { |body| assert_equal 400, receive(delivery(body: body)), body }
  end

  def test_a_header_cannot_end_a_login
    login = { 'event_id' => 'evt_kept', 'organization_id' => 'org_1', 'access_token' => 'a1', 'refresh_token' => 'r1' }
    Logins.store(login)
    headers, body = delivery(body: '{"type":"x","event_id":"evt_kept","organization_id":"org_1","data":{}}')
    assert_equal 204, receive([headers.merge('X-Revento-Event' => 'data.deletion_required'), body])
    assert_equal 'a1', Logins.for_event('evt_kept')['access_token']
  end
end

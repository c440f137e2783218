# frozen_string_literal: true

require_relative 'settings'
require_relative '../api'

class ApiTest < Minitest::Test
  def test_a_pause_that_the_api_asks_for_takes_an_hour_at_most
    server = TCPServer.new('127.0.0.1', 0)
    thread = Thread.new { refuse(server.accept) }
    base = Config.send(:remove_const, :API_BASE)
    Config.const_set(:API_BASE, "http://127.0.0.1:#{server.addr[1]}")
    status, _body, retry_after = Api.fetch({ 'event_id' => 'evt_api', 'access_token' => 'a1' }, '/events/evt_api')
    assert_equal [429, 3600], [status, retry_after]
  ensure
    Config.send(:remove_const, :API_BASE)
    Config.const_set(:API_BASE, base)
    thread.kill
    server.close
  end

  def test_an_answer_that_trickles_is_given_up
    seconds = Api.send(:remove_const, :ANSWER_SECONDS)
    Api.const_set(:ANSWER_SECONDS, 0.2)
    server = TCPServer.new('127.0.0.1', 0)
    thread = Thread.new { trickle(server.accept) }
    base = Config.send(:remove_const, :API_BASE)
    Config.const_set(:API_BASE, "http://127.0.0.1:#{server.addr[1]}")
    status, = Api.fetch({ 'event_id' => 'evt_api', 'access_token' => 'a1' }, '/events/evt_api')
    assert_equal 0, status
    assert_kind_of SystemCallError, thread.value # it had not ended by itself
  ensure
    Config.send(:remove_const, :API_BASE)
    Config.const_set(:API_BASE, base)
    Api.send(:remove_const, :ANSWER_SECONDS)
    Api.const_set(:ANSWER_SECONDS, seconds)
    server.close
  end

  # Ends with the error of a client that is gone.
  def trickle(client)
    client.gets("\r\n\r\n")
    loop do
      client.write("HTTP/1.1 100 Continue\r\n\r\n")
      sleep 0.01
    end
  rescue SystemCallError => e
    e
  end

  def refuse(client)
    client.gets("\r\n\r\n")
    client.write("HTTP/1.1 429 Some reason\r\nRetry-After: 99999999999\r\nContent-Length: 0\r\n\r\n")
    client.close
  end
end

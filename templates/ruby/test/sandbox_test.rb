# frozen_string_literal: true

# The whole integration at a sandbox: revento sandbox exec … -- ruby test/all.rb

require_relative 'settings'
require_relative '../app'
require 'puma'
require 'puma/server'

class SandboxTest < Minitest::Test
  KEY = ENV.fetch('REVENTO_SANDBOX_KEY', nil)
  HERE = URI(ENV.fetch('REVENTO_REDIRECT_URI'))

  def setup
    skip 'needs a sandbox' if KEY.nil?
    @server = Puma::Server.new(App)
    @server.add_tcp_listener('localhost', HERE.port)
    @server.run
    @worker = App.work_deliveries
  end

  def teardown
    @worker&.kill
    @server&.stop(true)
  end

  def control(path, body = {})
    headers = { 'Authorization' => "Bearer #{KEY}", 'Content-Type' => 'application/json' }
    answer = Net::HTTP.post(URI("#{Config::AUTH_BASE}/_sandbox/v1#{path}"), JSON.generate(body), headers)
    assert_operator answer.code.to_i, :<, 300, path
  end

  def here(path)
    URI.join("http://#{HERE.host}:#{HERE.port}", path)
  end

  def sync
    Net::HTTP.post(here("/sync?event=#{Config::EVENT_ID}"), '').code
  end

  def count
    JSON.parse(Net::HTTP.get(here('/participants')))['data'].size
  end

  def wait_until
    200.times do
      return if yield

      sleep 0.025
    end
    flunk 'it did not happen'
  end

  def connect
    start = Net::HTTP.get_response(here('/connect'))
    answer = URI(Net::HTTP.get_response(URI(start['location']))['location'])
    assert_equal '400', Net::HTTP.get_response(answer).code, 'another browser is refused'
    cookie = start['set-cookie'][/\A[^;]+/]
    assert_equal '200', Net::HTTP.get_response(answer, { 'Cookie' => cookie }).code
  end

  def test_connects_reads_hears_of_changes_refreshes_once_and_forgets
    connect
    assert_equal '200', sync
    before = count
    assert_operator before, :>, 30
    control('/do', { action: 'apply' })
    wait_until { count == before + 1 }

    control('/clock/advance', { ms: 3_700_000 })
    assert_equal ['200'], Array.new(20) { Thread.new { sync } }.map(&:value).uniq

    control('/revoke')
    wait_until { count.zero? }
    assert_equal '409', sync
  end
end

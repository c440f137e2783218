# frozen_string_literal: true

# Reads of the API: what to do about each error, limits, and lists page by page.

require_relative 'oauth'

# What Revento refused; `code` is its error code.
class ApiError < StandardError
  attr_reader :code

  def initialize(code, status, request_id)
    super("#{code} (#{status}), request #{request_id}")
    @code = code
  end
end

# What all requests for one event share: places in flight, and a pause that Revento asked for.
class Gate
  attr_writer :paused_until

  def initialize(places)
    @places = SizedQueue.new(places)
    @paused_until = 0.0
  end

  def pass
    @places.push(true)
    while (left = @paused_until - Gate.now).positive?
      sleep left
    end
    yield
  ensure
    @places.pop
  end

  def self.now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

Answer = Struct.new(:request_id, :status, :body, :retry_after, :failure, keyword_init: true) do
  def code
    body['error'] if body.is_a?(Hash)
  end
end

module Api
  TRIES = 5
  IN_FLIGHT = 5
  # A pause that is longer is a mistake of something in between.
  LONGEST_PAUSE_SECONDS = 3600
  # Lists longer than this are read at the pace that the limit of 30 a minute allows.
  PAGES_AT_ONCE = 20
  NETWORK_FAILURES = [SystemCallError, SocketError, IOError, Timeout::Error, OpenSSL::SSL::SSLError,
                      Net::ProtocolError].freeze
  GATES = Hash.new { |gates, event_id| gates[event_id] = Gate.new(IN_FLIGHT) }
  GATES_LOCK = Mutex.new

  module_function

  # The JSON of one resource. Raises ApiError, LoginEnded, or the failure of the network.
  def get(event_id, path)
    gate = GATES_LOCK.synchronize { GATES[event_id] }
    has_refreshed = false
    (1..).each do |try|
      login = Logins.for_event(event_id)
      answer = gate.pass { fetch(login, path) }
      return answer.body if answer.status == 200 && answer.failure.nil?

      if answer.code == 'token_expired' && !has_refreshed
        has_refreshed = true
        Logins.refreshed(login) { |form| OAuth.request_tokens(form) }
        next
      end
      if answer.code == 'token_revoked'
        Logins.end_spent(login, answer.code)
        next
      end
      wait_after(answer, try, gate)
    end
  end

  # Waits before the next try, or raises when there must be none. Branches on codes, never on messages.
  def wait_after(answer, try, gate)
    pause =
      if answer.code == 'concurrent_limit_exceeded' then rand(0.2..0.5)
      elsif answer.status == 429 then 2 * 2**try
      # No answer, or half of one: reads may be sent again.
      elsif answer.failure || answer.status >= 500 then 0.5 * 2**(try - 1) * rand(1.0..1.25)
      end
    if pause.nil? || try == TRIES
      raise answer.failure || ApiError.new(answer.code || 'unexpected_answer', answer.status, answer.request_id)
    end

    # A pause that Revento asks for applies to all requests with this token.
    answer.retry_after ? gate.paused_until = Gate.now + answer.retry_after : sleep(pause)
  end

  def fetch(login, path)
    answer = Answer.new(request_id: SecureRandom.uuid, status: 0)
    started = Gate.now
    begin
      response = request(URI("#{Config::API_BASE}#{path}"), login, answer.request_id)
      answer.status = response.code.to_i
      seconds = response['Retry-After']
      answer.retry_after = [seconds.to_i, LONGEST_PAUSE_SECONDS].min if seconds&.match?(/\A\d+\z/)
      answer.body = JSON.parse(response.body)
    rescue *NETWORK_FAILURES, JSON::ParserError => e
      answer.failure = e if [0, 200].include?(answer.status)
    end
    ms = ((Gate.now - started) * 1000).round
    log('api request', request_id: answer.request_id, event_id: login['event_id'], status: answer.status, ms:)
    answer
  end

  def request(uri, login, request_id)
    get = Net::HTTP::Get.new(uri)
    get['Authorization'] = "Bearer #{login['access_token']}"
    get['Accept'] = 'application/vnd.revento.v1+json'
    get['X-Revento-Request-Id'] = request_id
    Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == 'https', open_timeout: 10, read_timeout: 20,
                                        max_retries: 0) { |http| http.request(get) }
  end

  # Every row of a list, one after the other, however many pages it has.
  def each_row(event_id, path, &block)
    seen = {}
    query = { limit: 50 }
    loop do
      page = get(event_id, "#{path}?#{URI.encode_www_form(query)}")
      page['data'].each(&block)
      return unless page['has_more']

      cursor = page['next_cursor']
      raise 'The list does not end.' if !cursor.is_a?(String) || seen.key?(cursor)

      seen[cursor] = true
      query = { limit: 50, cursor: }
      sleep 2.1 if seen.size > PAGES_AT_ONCE
    end
  end
end

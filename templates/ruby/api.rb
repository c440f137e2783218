# frozen_string_literal: true

# Reads of the API: what to do about each error, limits, and lists page by page.

require_relative 'oauth'

# What Revento refused, or never answered: the code of the error, and the id of the request.
class ApiError < StandardError; end

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

module Api
  TRIES = 5
  IN_FLIGHT = 5
  ANSWER_SECONDS = 20
  # A pause that is longer is a mistake of something in between.
  LONGEST_PAUSE_SECONDS = 3600
  # Lists longer than this are read at the pace that the limit of 30 a minute allows.
  PAGES_AT_ONCE = 20
  GATES = Hash.new { |gates, event_id| gates[event_id] = Gate.new(IN_FLIGHT) }
  GATES_LOCK = Mutex.new

  module_function

  # The JSON of one resource, and the id of its request. Raises ApiError or LoginEnded.
  def get(event_id, path)
    gate = GATES_LOCK.synchronize { GATES[event_id] }
    has_refreshed = false
    (1..).each do |try|
      login = Logins.for_event(event_id)
      status, body, retry_after, request_id = gate.pass { fetch(login, path) }
      return body, request_id if status == 200 && !body.empty?

      code = body['error'] || (status.zero? ? 'unreachable' : 'unexpected_answer')
      pause = pause_after(status, code, try)
      if code == 'token_expired' && !has_refreshed
        has_refreshed = true
        Logins.refreshed(login) { |form| OAuth.request_tokens(form) }
      elsif code == 'token_revoked' then Logins.end_spent(login, code)
      elsif pause.nil? || try >= TRIES then raise ApiError, "#{code} (#{status}), request #{request_id}"
      elsif retry_after then gate.paused_until = Gate.now + retry_after # for all requests with this token
      else
        sleep pause
      end
    end
  end

  # Seconds before the next try; nil: do not try again. Branches on codes, never on messages.
  def pause_after(status, code, try)
    if code == 'concurrent_limit_exceeded' then rand(0.2..0.5)
    elsif status == 429 then 2 * 2**try * rand(1.0..1.25)
    # No answer, or half of one: reads may be sent again.
    elsif [0, 200].include?(status) || status >= 500 then 0.5 * 2**(try - 1) * rand(1.0..1.25)
    end
  end

  # Status (0 without an answer), JSON object, seconds that Revento asks to wait, and request id.
  def fetch(login, path)
    request_id = SecureRandom.uuid
    started = Gate.now
    begin
      # The limits of Net::HTTP are for each read: an answer that trickles would go on and on.
      response = Timeout.timeout(ANSWER_SECONDS) { request(URI("#{Config::API_BASE}#{path}"), login, request_id) }
    rescue StandardError => e
      failure = e.class.name
    end
    status = response&.code.to_i
    ms = ((Gate.now - started) * 1000).round
    log('api request', request_id:, event_id: login['event_id'], status:, ms:, failure:)
    seconds = response && response['Retry-After']
    retry_after = [seconds.to_i, LONGEST_PAUSE_SECONDS].min if seconds&.match?(/\A[1-9]\d*\z/)
    [status, OAuth.parsed(response&.body), retry_after, request_id]
  end

  def request(uri, login, request_id)
    headers = { 'Authorization' => "Bearer #{login['access_token']}", 'Accept' => 'application/vnd.revento.v1+json' }
    get = Net::HTTP::Get.new(uri, { **headers, 'X-Revento-Request-Id' => request_id })
    options = { use_ssl: uri.scheme == 'https', open_timeout: 10, max_retries: 0 }
    Net::HTTP.start(uri.host, uri.port, options) { |http| http.request(get) }
  end

  # Every row of a list, one after the other, however many pages it has.
  def each_row(event_id, path, &block)
    seen = {}
    query = { limit: 50 }
    loop do
      page, request_id = get(event_id, "#{path}?#{URI.encode_www_form(query)}")
      data, has_more, cursor = page.values_at('data', 'has_more', 'next_cursor')
      # Not the end of the list, unless it says so: rows would be missing, and nobody would know.
      has_end = has_more == false || (has_more == true && cursor.is_a?(String) && !seen.key?(cursor))
      has_rows = data.is_a?(Array) && data.all?(Hash)
      raise ApiError, "unexpected_answer (200), request #{request_id}" unless has_end && has_rows

      data.each(&block)
      return unless has_more

      seen[cursor] = true
      query = { limit: 50, cursor: }
      sleep 2.1 if seen.size > PAGES_AT_ONCE
    end
  end
end

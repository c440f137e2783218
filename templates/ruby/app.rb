# frozen_string_literal: true

# The routes, and the mirror of participants that webhooks and syncs keep up to date.

require_relative 'api'
require_relative 'webhooks'
require 'sinatra/base' # after the settings: it reads PORT, too

Thread.report_on_exception = false # who waits for a thread gets its error

module Mirror
  module_function

  def directory(event_id) = File.join(Config::DATA_DIR, 'participants', Sealed.file_name(event_id))

  # Changes what is held of one participant; the block gets it and returns what to hold, or nil to leave it.
  def remember(connection, participant_id)
    mirror = directory(connection['event_id'])
    name = Sealed.file_name(connection['event_id'], participant_id)
    Sealed.in_turn('mirror') do
      # A deletion that comes from now on waits for its turn, and then deletes what is written here.
      held = yield Sealed.read(mirror, name) || {} unless Logins.deleted?(connection)
      Sealed.write(mirror, name, held.merge('written_at' => Time.now.utc.iso8601(3))) unless held.nil?
    end
  end

  def participants(event_id) = Sealed.read_all(directory(event_id)).map { |held| held['row'] }

  # What a delivery changes. It contains a snapshot, so no API request is needed.
  def work(event, delivery_id)
    mirror = directory(event['event_id'])
    return Sealed.in_turn('mirror') { Sealed.delete_all(mirror) } if event['type'] == Logins::DELETION

    changes = changes_of(event['type'], event['data'])
    # A type that this integration does not know, or does not need.
    return unless Logins.connection?(event) && [changes['id'], event['occurred_at']].all?(String)

    remember(event, changes['id']) do |held|
      next if held['delivery_id'] == delivery_id # a crash came before its mark
      next if (held['occurred_at'] || '') > event['occurred_at'] # something newer came first

      row = (held['row'] || {}).merge(changes)
      { 'row' => row, 'occurred_at' => event['occurred_at'], 'delivery_id' => delivery_id }
    end
  end

  def changes_of(type, data)
    return {} unless data.is_a?(Hash) && type.start_with?('participant.', 'application.')
    return data if type.start_with?('participant.')

    data.slice('participant_id', 'status', 'user_id', 'custom_form_fields').compact
        .transform_keys('participant_id' => 'id', 'status' => 'application_status')
  end

  SYNCS = {} # rubocop:disable Style/MutableConstant
  SYNCS_LOCK = Mutex.new

  # Reads an event; concurrent calls share one read.
  def sync(event_id)
    running = SYNCS_LOCK.synchronize do
      SYNCS[event_id] = Thread.new { read_event(event_id) } unless SYNCS[event_id]&.alive?
      SYNCS[event_id]
    end
    running.value
  end

  # What the organizer permitted: all but `event.read` may have been left out.
  def read_event(event_id)
    login = Logins.for_event(event_id)
    started_at = Time.now.utc.iso8601(3)
    path = "/events/#{URI.encode_www_form_component(event_id)}"
    # A read is as new as what is held, unless a sandbox had its clock ahead: a delivery from before that is older.
    known = Sealed.read_all(directory(event_id)).map { |held| held['occurred_at'] }
    newest = known.select { |time| time < started_at }.max
    event, = Api.get(event_id, path)
    activities = Thread.new { count(login, 'program.read', "#{path}/activities") }
    participants = count(login, 'participants.read', "#{path}/participants") do |row|
      remember(login, row['id']) do |held|
        next if held['written_at'] && held['written_at'] > started_at # what a delivery wrote meanwhile is newer

        times = [held['occurred_at'], row['last_reviewed_at'], newest, '']
        held.merge('row' => row, 'occurred_at' => times.grep(String).max)
      end
    end
    { event_id:, title: event['title'], participants:, activities: activities.value }
  ensure
    activities&.join # not for the process to end in its refresh
  end

  def count(login, scope, path)
    return 'not permitted' unless login['scope'].to_s.split.include?(scope)

    count = 0
    Api.each_row(login['event_id'], path) do |row|
      count += 1
      yield row if block_given?
    end
    count
  end
end

class App < Sinatra::Base
  COOKIE = 'revento_attempt'
  MAX_BODY = 1024 * 1024
  THIS_MACHINE = /\A(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\z/

  set environment: :production, server: :puma, port: Config::PORT, bind: Config.optional('HOST', 'localhost'),
      logging: false, quiet: true
  # The log has the errors, without what the requests held; and nothing may parse bodies first.
  disable :dump_errors, :method_override, :static, :sessions

  helpers do
    def event_id = params['event'].to_s.empty? ? Config::EVENT_ID : params['event'].to_s.scrub

    def json(body, code = 200)
      content_type :json
      status code
      JSON.generate(body)
    end

    # For routes that show attendees' data, until you protect them with your own login.
    def this_machine_only
      is_local = request.env['REMOTE_ADDR'].to_s.match?(/\A(::1|(::ffff:)?127\.)/)
      is_named_so = request.env['HTTP_HOST'].to_s.match?(THIS_MACHINE)
      is_proxied = %w[HTTP_FORWARDED HTTP_X_FORWARDED_FOR HTTP_ORIGIN].any? { |name| request.env.key?(name) }
      halt json({ error: 'this_machine_only' }, 403) unless is_local && is_named_so && !is_proxied
    end

    def attempt_cookie(value)
      uri = URI(Config::REDIRECT_URI)
      { value:, path: uri.path, httponly: true, same_site: :lax, secure: uri.scheme == 'https' }
    end
  end

  get('/healthz') { json({ status: 'ok' }) }

  get '/connect' do
    url, cookie = OAuth.start(event_id)
    response.set_cookie(COOKIE, attempt_cookie(cookie).merge(max_age: 600))
    redirect url
  end

  get '/callback' do
    response.set_cookie(COOKIE, attempt_cookie('').merge(max_age: 0))
    login = OAuth.finish(params, request.cookies[COOKIE])
    log('connected', event_id: login['event_id'], scope: login['scope'])
    content_type :text
    "Connected. You can close this page.\n"
  end

  post '/webhooks/revento' do
    body = request.body.read(MAX_BODY + 1).to_s.b # the raw bytes
    halt 413 if body.bytesize > MAX_BODY
    status Webhooks.receive(->(name) { request.env["HTTP_#{name.upcase.tr('-', '_')}"] }, body)
  end

  get '/participants' do
    this_machine_only
    json({ data: Mirror.participants(event_id) })
  end

  post '/sync' do
    this_machine_only
    connected = Logins.all.map { |login| login['event_id'] }
    wanted = params['event'] || connected.empty? ? [event_id] : connected
    json({ events: wanted.map { |id| Mirror.sync(id) } })
  end

  error NotConnected do |e|
    content_type :text
    halt 400, "#{e.message}\n"
  end

  error LoginEnded do |e|
    halt json({ error: 'not_connected', message: e.message }, 409)
  end

  error do |e|
    is_refused = [ApiError, TokenError].include?(e.class)
    log('request failed', error: is_refused ? e.message : reason(e))
    halt json({ error: 'failed' }, is_refused ? 502 : 500)
  end

  # For each process that serves the routes, once.
  def self.work_deliveries
    Sealed.open_directory
    Thread.new { Webhooks.work_deliveries { |event, delivery_id| Mirror.work(event, delivery_id) } }
  end
end

if $PROGRAM_NAME == __FILE__
  App.work_deliveries
  App.run!
end

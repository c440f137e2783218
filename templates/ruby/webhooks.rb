# frozen_string_literal: true

# Deliveries: verified by their raw bytes, stored before they are acknowledged, processed afterward.

require_relative 'tokens'

module Webhooks
  INBOX = File.join(Config::DATA_DIR, 'inbox')
  WORKED = File.join(Config::DATA_DIR, 'worked')
  TOLERANCE_SECONDS = 300
  # What failed is tried again by then, and what another process left behind is worked here.
  PAUSE_SECONDS = 10
  WOKEN = Queue.new

  module_function

  # Whether Revento signed these bytes with one of our secrets, within the last five minutes.
  def genuine?(body, timestamp, signature)
    return false unless timestamp.match?(/\A[0-9]{1,12}\z/) && signature.match?(/\Asha256=[0-9a-f]{64}\z/)
    return false if (Time.now.to_i - timestamp.to_i).abs > TOLERANCE_SECONDS

    Config::WEBHOOK_SECRETS.map do |secret|
      mac = OpenSSL::HMAC.hexdigest('SHA256', secret, "#{timestamp}.".b + body)
      OpenSSL.fixed_length_secure_compare("sha256=#{mac}", signature)
    end.any?
  end

  # The status for a delivery; `header` gives one by its name. It is on disk before it is acknowledged, so a crash loses
  # nothing.
  def receive(header, body)
    names = %w[Delivery-Id Event Timestamp Signature]
    delivery_id, type, timestamp, signature = names.map { |name| header.call("X-Revento-#{name}").to_s }
    if delivery_id.empty? || type.empty? || !genuine?(body, timestamp, signature)
      log('delivery refused')
      return 401
    end
    event = JSON.parse(body) # only now: nobody but Revento gets here
    return 400 unless event.is_a?(Hash) && event['type'].is_a?(String)

    accept(delivery_id, event)
    204
  rescue JSON::ParserError
    400
  end

  def accept(delivery_id, event)
    type = event['type'] # of what was signed; the headers beside the timestamp were not
    name = Sealed.file_name(delivery_id)
    # In this order: a delivery that has left the inbox is marked already.
    is_repeat = Sealed.exist?(Sealed.path(INBOX, name)) || Sealed.exist?(File.join(WORKED, name))
    log('delivery received', delivery_id:, event_id: event['event_id'], type:, repeat: is_repeat)
    return if is_repeat

    # Requests stop at once; the worker deletes the stored data.
    Logins.end_of(event, type) if type == Logins::DELETION && Logins.connection?(event)
    entry = { 'delivery_id' => delivery_id, 'received_at' => Time.now.to_f, 'event' => event }
    Sealed.write(INBOX, name, entry)
    WOKEN.push(true)
  end

  # Processes deliveries for as long as the program runs; the block gets each event and the id of its delivery.
  #
  # A crash between the work and its mark calls the block again, so it has to write the id together with what it
  # changes: here in one file, with a database in one transaction.
  def work_deliveries(&work)
    Thread.new { loop { WOKEN.push(sleep(PAUSE_SECONDS)) } }
    loop do
      WOKEN.clear
      begin
        work_waiting(&work)
      rescue StandardError => e # whatever fails is tried again after the pause
        log('inbox failed', error: reason(e))
      end
      WOKEN.pop
    end
  end

  # Processes the inbox, oldest first, in one process at a time.
  def work_waiting(&work)
    Sealed.in_turn('inbox') do
      Sealed.read_all(INBOX).sort_by { |entry| entry['received_at'] }.each { |entry| work_once(entry, work) }
    end
  end

  def work_once(entry, work)
    delivery_id, event = entry.values_at('delivery_id', 'event')
    ids = { delivery_id:, event_id: event['event_id'], type: event['type'] }
    name = Sealed.file_name(delivery_id)
    mark = File.join(WORKED, name)
    work.call(event, delivery_id) unless Sealed.exist?(mark)
    Sealed.create_once(mark)
    File.delete(Sealed.path(INBOX, name))
    log('delivery worked', **ids)
  rescue StandardError => e # one that fails must not hold up the others
    log('delivery failed', **ids, error: reason(e))
  end
end

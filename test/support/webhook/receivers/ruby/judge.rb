require 'json'
require 'openssl'

SECRET = ENV.fetch('RECEIVER_SECRET')
SEEN = {}
LOCK = Mutex.new

# Whether an id was stored before; stores it.
def known?(id)
  LOCK.synchronize { SEEN.key?(id).tap { SEEN[id] = true } }
end

# What each receiver decides: the status and a word, for one request and one mistake (`none` is correct).
def judge(mistake, header, raw)
  id = header['x-revento-delivery-id']
  timestamp = header['x-revento-timestamp'].to_s
  return [200, 'duplicate'] if mistake == 'id-first' && known?(id)

  if mistake != 'no-timestamp'
    return [401, 'bad timestamp'] unless timestamp.match?(/\A[0-9]{1,12}\z/)
    return [401, 'too old'] if (Time.now.to_i - timestamp.to_i).abs > 300
  end
  signed = mistake == 'trimmed' ? raw.strip : raw
  signed = JSON.generate(JSON.parse(raw)) if mistake == 'reserialized'
  wanted = "sha256=#{OpenSSL::HMAC.hexdigest('SHA256', SECRET, "#{timestamp}.".b + signed.b)}"
  given = header['x-revento-signature'].to_s
  unless given.bytesize == wanted.bytesize && OpenSSL.fixed_length_secure_compare(given, wanted)
    return [401, 'bad signature']
  end

  JSON.parse(raw)
  return [200, 'duplicate'] if mistake != 'id-first' && known?(id)

  [200, 'processed']
rescue JSON::ParserError
  [400, 'not JSON']
end

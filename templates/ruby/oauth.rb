# frozen_string_literal: true

# The authorization code flow with PKCE, and the token endpoint.

require 'net/http'
require_relative 'tokens'

# The organizer cannot be connected this way; the text may be shown.
class NotConnected < StandardError; end

module OAuth
  SCOPE = 'event.read participants.read program.read'
  ATTEMPT_SECONDS = 600
  FAILED = 'Revento did not connect the event. Open /connect again.'

  module_function

  # Begins a login: where the browser goes, and the cookie that binds the attempt to that browser.
  def start(event_id)
    state, verifier = Array.new(2) { SecureRandom.urlsafe_base64(32) }
    client = { response_type: 'code', client_id: Config::CLIENT_ID, redirect_uri: Config::REDIRECT_URI, scope: SCOPE }
    pkce = { code_challenge: base64url(Digest::SHA256.digest(verifier)), code_challenge_method: 'S256' }
    query = URI.encode_www_form({ **client, **pkce, event_id:, state: })
    attempt = { state:, verifier:, expires_at: Time.now.to_f + ATTEMPT_SECONDS }
    ["#{Config::AUTH_BASE}/oauth/authorize?#{query}", base64url(Sealed.seal(attempt, 'attempt'))]
  end

  # Ends a login: checks the state, redeems the code and stores the tokens.
  def finish(query, cookie)
    attempt = opened(cookie)
    is_ours = attempt && same?(query['state'], attempt['state'])
    raise NotConnected, 'This is not the answer to your login.' unless is_ours
    raise NotConnected, 'The login took too long. Open /connect again.' if attempt['expires_at'] < Time.now.to_f

    # Each attempt is answered once, even if the browser sends it again.
    mark = File.join(Config::DATA_DIR, 'attempts', Sealed.file_name(attempt['state']))
    raise NotConnected, 'This answer was used already. Open /connect again.' unless Sealed.create_once(mark)
    raise NotConnected, 'You declined. Nothing was connected.' if query['error'] == 'access_denied'
    raise NotConnected, FAILED if query.key?('error') || query['code'].to_s.empty?

    form = { 'grant_type' => 'authorization_code', 'code' => query['code'], 'redirect_uri' => Config::REDIRECT_URI }
    login = request_tokens(form.merge('code_verifier' => attempt['verifier']))
    raise NotConnected, FAILED unless Logins.connection?(login)

    login.tap { Logins.store(login) }
  rescue TokenError => e
    log('no tokens', code: e.code)
    raise NotConnected, FAILED
  end

  # Tokens for a code or a refresh token.
  def request_tokens(form)
    body = { 'client_id' => Config::CLIENT_ID, 'client_secret' => Config::CLIENT_SECRET, **form }
    response = post(URI.encode_www_form(body))
    answer = parsed(response.body)
    tokens = answer.select { |_, value| value.is_a?(String) }
    return tokens if response.code == '200' && tokens.key?('access_token') && tokens.key?('refresh_token')

    code = answer['error'] || "status #{response.code}"
    status = response.code.to_i
    # What is refused, redirected or put off leaves the token as it was; after any other failure it may be spent.
    raise TokenError.new(code, status == 503 || (status.between?(300, 499) && code != 'invalid_grant'))
  end

  # On a connection of its own: nothing is sent before it is made, with TLS, and nothing is sent twice.
  def post(body)
    is_unused = true
    uri = URI("#{Config::AUTH_BASE}/oauth/token")
    options = { use_ssl: uri.scheme == 'https', open_timeout: 5, read_timeout: 7, max_retries: 0 }
    Timeout.timeout(15) do
      Net::HTTP.start(uri.host, uri.port, options) do |http|
        is_unused = false
        http.post(uri.path, body, 'Content-Type' => 'application/x-www-form-urlencoded')
      end
    end
  rescue StandardError
    raise TokenError.new(is_unused ? 'unreachable' : 'unanswered', is_unused)
  end

  # The JSON object that a text is; an empty one for anything else.
  def parsed(text)
    found = JSON.parse(text.to_s)
    found.is_a?(Hash) ? found : {}
  rescue JSON::ParserError
    {}
  end

  def opened(cookie)
    Sealed.unseal(cookie.tr('-_', '+/').unpack1('m'), 'attempt') if cookie.to_s.match?(/\A[\w-]+\z/)
  end

  def same?(given, expected) = OpenSSL.secure_compare(given.to_s, expected)

  def base64url(bytes) = [bytes].pack('m0').tr('+/', '-_').delete('=')
end

require "base64"
require "digest"
require "json"
require "net/http"
require "oauth2"
require "securerandom"

auth_base, api_base = ENV.fetch("REVENTO_AUTH_BASE"), ENV.fetch("REVENTO_API_BASE")
redirect_uri, event_id = ENV.fetch("REVENTO_REDIRECT_URI"), ENV.fetch("SANDBOX_EVENT_ID")

client = OAuth2::Client.new(
  ENV.fetch("REVENTO_CLIENT_ID"),
  ENV.fetch("REVENTO_CLIENT_SECRET"),
  site: auth_base,
  authorize_url: "/oauth/authorize",
  token_url: "/oauth/token",
  auth_scheme: :request_body
)

def count_rows(token, url)
  rows, params = 0, { limit: 25 }
  loop do
    page = token.get(url, params: params).parsed
    rows += page["data"].length
    return rows unless page["has_more"]
    params[:cursor] = page["next_cursor"]
  end
end

verifier = SecureRandom.urlsafe_base64(32)
challenge = Base64.urlsafe_encode64(Digest::SHA256.digest(verifier), padding: false)
address = client.auth_code.authorize_url(
  redirect_uri: redirect_uri,
  scope: "event.read participants.read program.read",
  state: "a-state-of-this-session",
  event_id: event_id,
  code_challenge: challenge,
  code_challenge_method: "S256"
)
landed = URI(Net::HTTP.get_response(URI(address))["location"])
code = URI.decode_www_form(landed.query).to_h["code"]

participants = "#{api_base}/events/#{event_id}/participants"
first = client.auth_code.get_token(code, redirect_uri: redirect_uri, code_verifier: verifier)
rows = count_rows(first, participants)
rows_after_refresh = count_rows(first.refresh!, participants)
reuse =
  begin
    first.refresh!
    nil
  rescue OAuth2::Error => error
    error.code
  end
puts JSON.generate(event: first["event_id"], rows: rows, rowsAfterRefresh: rows_after_refresh, reuse: reuse)

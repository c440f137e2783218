/** The table `revento sandbox start --help` prints. */
export const faultHelp = `Faults are TARGET:EFFECT[=VALUE][xCOUNT][@AFTER]: the effect strikes COUNT requests (all, unless said) once AFTER of them have passed unharmed (none, unless said). Give as many as you like.

  TARGET       authorize, token (that is code and refresh), code, refresh,
               api, webhook
  EFFECT
    400…599    (not webhook: that status is your handler's) answers with
               this status and does nothing else;
               429=SECONDS and 503=SECONDS send Retry-After
    an error   the same with the error's own status and code:
               (api) event_not_authorized, insufficient_scope, not_found,
               user_token_required, installation_token_required,
               invalid_token, validation_error (as for a cursor that is no
               longer good), concurrent_limit_exceeded
               (token, code, refresh) invalid_grant, invalid_client
               (authorize) invalid_scope, server_error,
               temporarily_unavailable, sent back in the redirect
    slow=3s    does the work, then answers that much later
               (webhook) sends that much later, so that others overtake it
    drop       does the work, then closes the connection without an answer:
               a rotated token is lost
               (webhook) sends, but never hears the answer: the handler gets
               the delivery again under the same id
    lose       closes the connection and does nothing
    cut=BYTES  sends the head and that many body bytes (half of them without
               =BYTES), then closes
    html       answers 200 with a page where JSON is expected
    extra      adds fields nobody has heard of to the answer and its rows
    minimal    (token, code, refresh) leaves out what the guide is not sure of
    expired    (api) the access token expires now: 401 token_expired
    revoked    (api) the login is revoked now: 401 token_revoked
               (refresh) the same: 400 invalid_grant
    empty      (api) a page without rows that says there are more
    denied     (authorize) the organizer says no
    signature  (webhook) a wrong signature
    stale      (webhook) a timestamp of an hour ago
    future     (webhook) a timestamp an hour ahead
    twice      (webhook) the same delivery two times in a row

  token:503=2x2           the first two token requests fail, the third works
  refresh:drop            a refresh whose answer never arrives
  api:429x1@3             the fourth API request is told to wait
  api:expiredx1@1         the token expires between the first page and the next
  code:invalid_grant      the code has expired
  webhook:slow=5sx1       the first delivery arrives after the second`;

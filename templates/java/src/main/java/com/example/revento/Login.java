package com.example.revento;

/**
 * A connection to one event. `isSent`: its refresh token was sent, without an answer until now.
 * `ended` says why it cannot be used; its tokens are forgotten then.
 */
record Login(
    String eventId,
    String organizationId,
    String accessToken,
    String refreshToken,
    String scope,
    boolean isSent,
    String ended) {

  Login sent() {
    return new Login(eventId, organizationId, accessToken, refreshToken, scope, true, null);
  }

  Login ended(String reason) {
    Config.log("login ended", "event_id", eventId, "reason", reason);
    return new Login(eventId, organizationId, null, null, null, false, reason);
  }

  /** The login with the tokens of a refresh, whose answer may leave out the rest. */
  Login with(Login answer) {
    var granted = answer.scope == null ? scope : answer.scope;
    return new Login(
        eventId, organizationId, answer.accessToken, answer.refreshToken, granted, false, null);
  }

  /** Without the tokens. */
  @Override
  public String toString() {
    return "Login[eventId=" + eventId + "]";
  }
}

package com.example.revento;

import java.io.IOException;

/** What went wrong. */
@SuppressWarnings("serial")
final class Failure extends IOException {
  /** To branch on. */
  final String code;

  /** Whether the code or refresh token that was sent can still be used. */
  final boolean isUnused;

  Failure(String code, String message, boolean isUnused) {
    super(message);
    this.code = code;
    this.isUnused = isUnused;
  }

  /** The organizer cannot be connected this way; the message may be shown. */
  static Failure notConnected(String message) {
    return new Failure("not_connected", message, false);
  }

  /** The organizer has to connect the event again; trying again does not help. */
  static Failure loginEnded() {
    return new Failure(
        "login_ended",
        "The event is not connected, or the connection ended. Open /connect.",
        false);
  }
}

package com.example.revento;

import java.io.IOException;

/** What went wrong. */
@SuppressWarnings("serial")
final class Failure extends IOException {
  /** To branch on; after `not_connected`, the message may be shown. */
  final String code;

  /** Whether the code or refresh token that was sent can still be used. */
  final boolean isUnused;

  Failure(String code, String message, boolean isUnused) {
    super(message);
    this.code = code;
    this.isUnused = isUnused;
  }

  Failure(String code, String message) {
    this(code, message, false);
  }
}

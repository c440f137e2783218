package com.example.revento;

import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** Settings of the tests: a directory and secrets of their own; at a sandbox, its settings. */
final class TestSettings {
  private TestSettings() {}

  static Config in(Path directory) {
    return in(directory, Map.of());
  }

  /** Those that are given come before all others. */
  static Config in(Path directory, Map<String, String> given) {
    var settings = new HashMap<String, String>();
    settings.put("REVENTO_AUTH_BASE", "http://localhost:9");
    settings.put("REVENTO_API_BASE", "http://localhost:9/api/v1");
    settings.put("REVENTO_CLIENT_ID", "tests");
    settings.put("REVENTO_CLIENT_SECRET", randomWord());
    settings.put("REVENTO_WEBHOOK_SECRET", randomWord());
    settings.put("REVENTO_REDIRECT_URI", "http://localhost:3000/callback");
    settings.put("SANDBOX_EVENT_ID", "evt_test_published");
    settings.putAll(System.getenv());
    var port = URI.create(settings.get("REVENTO_REDIRECT_URI")).getPort();
    settings.put("PORT", String.valueOf(port));
    settings.put("REVENTO_TOKEN_KEY", randomWord());
    settings.put("DATA_DIR", directory.toString());
    settings.putAll(given);
    return new Config(settings);
  }

  private static String randomWord() {
    var bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }
}

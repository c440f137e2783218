package com.example.revento;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Settings. All are checked at the start: a wrong one ends the start, not a request. */
final class Config {
  static final String SCOPES = "event.read participants.read program.read";

  private static final String URL = "https?://[^/\\s]\\S*";

  final String authBase;
  final String apiBase;
  final String clientId;
  final String clientSecret;
  final String redirectUri;
  final String eventId;
  final List<String> webhookSecrets;
  final byte[] tokenKey;
  final Path dataDir;
  final int port;

  private final Map<String, String> environment;
  private final List<String> problems = new ArrayList<>();

  /** Reads settings by their names in the environment; throws all problems at once. */
  Config(Map<String, String> environment) {
    this.environment = environment;
    environment.values().removeIf(String::isBlank); // as if they were not set
    authBase = setting("REVENTO_AUTH_BASE", URL, "a URL").replaceAll("/+$", "");
    apiBase = setting("REVENTO_API_BASE", URL, "a URL").replaceAll("/+$", "");
    clientId = setting("REVENTO_CLIENT_ID", ".+", "one line");
    clientSecret = setting("REVENTO_CLIENT_SECRET", ".+", "one line");
    redirectUri = setting("REVENTO_REDIRECT_URI", URL, "a URL");
    eventId = setting("SANDBOX_EVENT_ID", ".+", "one line");
    var secret = setting("REVENTO_WEBHOOK_SECRET", ".+", "one line");
    var key = setting("REVENTO_TOKEN_KEY", "[A-Za-z0-9+/]{43}=", "32 random bytes in base64");
    environment.putIfAbsent("PORT", "3000");
    var listensOn = setting("PORT", "[1-9][0-9]{0,4}", "a number, such as 3000");
    if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("\n", problems));

    port = Integer.parseInt(listensOn);
    tokenKey = Base64.getDecoder().decode(key);
    // While the signing secret is rotated, deliveries may be signed with either of the two.
    var previous = environment.getOrDefault("REVENTO_WEBHOOK_SECRET_PREVIOUS", "").strip();
    webhookSecrets = previous.isEmpty() ? List.of(secret) : List.of(secret, previous);
    // A directory for each API: what belongs to one is never sent to another.
    var host = URI.create(apiBase).getAuthority().replace(':', '_');
    dataDir = Path.of(environment.getOrDefault("DATA_DIR", "data"), host);
  }

  private String setting(String name, String form, String what) {
    var value = environment.getOrDefault(name, "").strip();
    if (!value.matches(form)) problems.add("Set %s to %s.".formatted(name, what));
    return value;
  }

  /** The environment, and what a file of `NAME=value` lines adds to it. */
  static Map<String, String> environment(Path file) throws IOException {
    var environment = new HashMap<String, String>();
    for (var line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      var parts = line.split("=", 2);
      if (parts.length < 2 || line.startsWith("#")) continue;
      environment.put(parts[0].strip(), parts[1].strip().replaceAll("^(['\"])(.*)\\1$", "$2"));
    }
    environment.putAll(System.getenv());
    return environment;
  }

  /**
   * Logs one JSON line. Fields are names and values in turn: ids, never tokens and never what
   * attendees entered.
   */
  static void log(String message, Object... fields) {
    var line = new LinkedHashMap<String, Object>();
    line.put("at", Instant.now().toString());
    line.put("message", message);
    for (int at = 0; at < fields.length; at += 2) line.put((String) fields[at], fields[at + 1]);
    System.out.println(Json.GSON.toJson(line));
  }
}

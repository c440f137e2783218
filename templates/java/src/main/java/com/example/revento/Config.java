package com.example.revento;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Settings. All are checked at the start: a wrong one ends the start, not a request. */
final class Config {
  private static final String URL = "https?://[^/\\s]\\S*";

  final String authBase;
  final String apiBase;
  final String clientId;
  final String clientSecret;
  final URI redirectUri;
  final String eventId;
  final List<byte[]> webhookSecrets;
  final byte[] tokenKey;
  final Path dataDir;
  final int port;

  private final Map<String, String> environment;
  private final List<String> problems = new ArrayList<>();

  /** Reads settings by their names in the environment; throws all problems at once. */
  Config(Map<String, String> environment) {
    this.environment = environment;
    authBase = required("REVENTO_AUTH_BASE", URL, "a URL").replaceAll("/+$", "");
    apiBase = required("REVENTO_API_BASE", URL, "a URL").replaceAll("/+$", "");
    clientId = required("REVENTO_CLIENT_ID", ".+", "one line");
    clientSecret = required("REVENTO_CLIENT_SECRET", ".+", "one line");
    eventId = required("SANDBOX_EVENT_ID", ".+", "one line");
    var redirect = required("REVENTO_REDIRECT_URI", URL, "a URL");
    var secret = required("REVENTO_WEBHOOK_SECRET", ".+", "one line");
    var previous = valueOr("REVENTO_WEBHOOK_SECRET_PREVIOUS", "");
    var key =
        required(
            "REVENTO_TOKEN_KEY",
            "[A-Za-z0-9+/]{43}=",
            "32 random bytes in base64: openssl rand -base64 32");
    var listensOn = valueOr("PORT", "3000");
    if (!listensOn.matches("[0-9]{1,5}")) problems.add("PORT is not a number.");
    if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("\n", problems));

    redirectUri = URI.create(redirect);
    port = Integer.parseInt(listensOn);
    tokenKey = Base64.getDecoder().decode(key);
    // While the signing secret is rotated, deliveries may be signed with either of the two.
    webhookSecrets =
        Stream.of(secret, previous)
            .filter(one -> !one.isEmpty())
            .map(one -> one.getBytes(StandardCharsets.UTF_8))
            .toList();
    // A directory for each API: what belongs to one is never sent to another.
    var host = URI.create(apiBase).getAuthority().replace(':', '_');
    dataDir = Path.of(valueOr("DATA_DIR", "data"), host);
  }

  private String valueOr(String name, String otherwise) {
    var value = environment.getOrDefault(name, "").strip();
    return value.isEmpty() ? otherwise : value;
  }

  private String required(String name, String form, String what) {
    var value = valueOr(name, "");
    if (value.isEmpty()) problems.add("Set " + name + ".");
    else if (!value.matches(form)) problems.add("%s is not %s.".formatted(name, what));
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
}

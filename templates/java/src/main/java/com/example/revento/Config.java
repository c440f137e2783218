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
record Config(
    String authBase,
    String apiBase,
    String clientId,
    String clientSecret,
    URI redirectUri,
    String eventId,
    List<byte[]> webhookSecrets,
    byte[] tokenKey,
    Path dataDir,
    int port) {

  /** Reads settings by their names in the environment; throws all problems at once. */
  static Config read(Map<String, String> environment) {
    var settings = new Settings(environment, new ArrayList<>());
    var apiBase = settings.url("REVENTO_API_BASE");
    var dataDir = Path.of(settings.valueOr("DATA_DIR", "data"));
    // While the signing secret is rotated, deliveries may be signed with either of the two.
    var secrets =
        Stream.of(
                settings.required("REVENTO_WEBHOOK_SECRET"),
                settings.valueOr("REVENTO_WEBHOOK_SECRET_PREVIOUS", ""))
            .filter(secret -> !secret.isEmpty())
            .map(secret -> secret.getBytes(StandardCharsets.UTF_8))
            .toList();
    var config =
        new Config(
            withoutSlash(settings.url("REVENTO_AUTH_BASE")),
            withoutSlash(apiBase),
            settings.required("REVENTO_CLIENT_ID"),
            settings.required("REVENTO_CLIENT_SECRET"),
            settings.url("REVENTO_REDIRECT_URI"),
            settings.required("SANDBOX_EVENT_ID"),
            secrets,
            settings.key("REVENTO_TOKEN_KEY"),
            // A directory for each API: what belongs to one is never sent to another.
            dataDir.resolve(String.valueOf(apiBase.getAuthority()).replace(':', '_')),
            settings.number("PORT", "3000"));
    if (!settings.problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", settings.problems));
    }
    return config;
  }

  /** The environment, and what a file of `NAME=value` lines adds to it. */
  static Map<String, String> environment(Path file) throws IOException {
    var environment = new HashMap<String, String>();
    if (Files.exists(file)) {
      for (var line : Files.readAllLines(file)) {
        var parts = line.split("=", 2);
        if (parts.length < 2 || line.startsWith("#")) continue;
        environment.put(parts[0].strip(), parts[1].strip().replaceAll("^(['\"])(.*)\\1$", "$2"));
      }
    }
    environment.putAll(System.getenv());
    return environment;
  }

  private static String withoutSlash(URI base) {
    return base.toString().replaceAll("/+$", "");
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "Config[apiBase=" + apiBase + "]";
  }

  private record Settings(Map<String, String> environment, List<String> problems) {
    String valueOr(String name, String otherwise) {
      var value = environment.getOrDefault(name, "").strip();
      return value.isEmpty() ? otherwise : value;
    }

    String required(String name) {
      var value = valueOr(name, "");
      if (value.isEmpty()) problems.add("Set " + name + ".");
      return value;
    }

    URI url(String name) {
      var value = required(name);
      try {
        var url = URI.create(value);
        if (value.isEmpty() || url.getHost() != null) return url;
      } catch (IllegalArgumentException malformed) {
        // said below
      }
      problems.add(name + " is not a URL.");
      return URI.create("");
    }

    int number(String name, String otherwise) {
      var value = valueOr(name, otherwise);
      if (value.matches("[0-9]{1,5}")) return Integer.parseInt(value);
      problems.add(name + " is not a number.");
      return 0;
    }

    byte[] key(String name) {
      var key = new byte[0];
      try {
        key = Base64.getDecoder().decode(required(name));
      } catch (IllegalArgumentException malformed) {
        // said below
      }
      if (key.length != 32) {
        problems.add("Set " + name + " to 32 random bytes in base64: openssl rand -base64 32");
      }
      return key;
    }
  }
}

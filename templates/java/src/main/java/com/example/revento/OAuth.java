package com.example.revento;

import static java.util.Map.entry;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;

/** The authorization code flow with PKCE, and the token endpoint. */
final class OAuth {
  static final Duration ATTEMPT_LIFETIME = Duration.ofMinutes(10);

  private static final String SCOPES = "event.read participants.read program.read";
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(15);

  private final Config config;
  private final Sealed sealed;
  private final Tokens tokens;

  OAuth(Config config, Sealed sealed, Tokens tokens) {
    this.config = config;
    this.sealed = sealed;
    this.tokens = tokens;
  }

  /** The organizer cannot be connected this way; the message may be shown. */
  @SuppressWarnings("serial")
  static final class NotConnectedException extends RuntimeException {
    NotConnectedException(String message) {
      super(message);
    }
  }

  /** An answer that is not tokens; `isUnused`: the code or token can still be used. */
  @SuppressWarnings("serial")
  static final class TokenException extends IOException {
    final String code;
    final boolean isUnused;

    TokenException(String code, boolean isUnused) {
      super("token endpoint: " + code);
      this.code = code;
      this.isUnused = isUnused;
    }
  }

  /** Where the browser goes, and the cookie that binds the attempt to that browser. */
  record Start(String url, String cookie) {}

  private record Attempt(String state, String verifier, long expiresAt) {}

  /** Begins a login. */
  Start begin(String eventId) {
    var expiresAt = Instant.now().plus(ATTEMPT_LIFETIME).toEpochMilli();
    var attempt = new Attempt(randomWord(), randomWord(), expiresAt);
    var query =
        Map.ofEntries(
            entry("response_type", "code"),
            entry("client_id", config.clientId()),
            entry("redirect_uri", config.redirectUri().toString()),
            entry("scope", SCOPES),
            entry("event_id", eventId),
            entry("state", attempt.state),
            entry("code_challenge", base64Url(Sealed.sha256(attempt.verifier))),
            entry("code_challenge_method", "S256"));
    return new Start(
        config.authBase() + "/oauth/authorize?" + Http.query(query),
        base64Url(sealed.seal(attempt, "attempt")));
  }

  /** Ends a login: checks the state, redeems the code and stores the tokens. */
  Login finish(Map<String, String> query, String cookie) throws IOException, InterruptedException {
    var attempt = opened(cookie);
    if (!isEqual(query.getOrDefault("state", ""), attempt.state)) {
      throw new NotConnectedException("This is not the answer to your login.");
    }
    if (attempt.expiresAt < System.currentTimeMillis()) {
      throw new NotConnectedException("The login took too long. Open /connect again.");
    }
    // Each attempt is answered once, even if the browser sends it again.
    var used = config.dataDir().resolve("attempts").resolve(Sealed.fileName(attempt.state));
    if (!Sealed.createOnce(used)) {
      throw new NotConnectedException("This answer was used already. Open /connect again.");
    }
    if ("access_denied".equals(query.get("error"))) {
      throw new NotConnectedException("You declined. Nothing was connected.");
    }
    var failed =
        new NotConnectedException("Revento did not connect the event. Open /connect again.");
    if (query.containsKey("error") || query.getOrDefault("code", "").isEmpty()) throw failed;
    try {
      var login =
          requestTokens(
              Map.ofEntries(
                  entry("grant_type", "authorization_code"),
                  entry("code", query.get("code")),
                  entry("redirect_uri", config.redirectUri().toString()),
                  entry("code_verifier", attempt.verifier)));
      tokens.store(login);
      return login;
    } catch (TokenException refused) {
      Log.line("no tokens", "error", refused.code);
      throw failed;
    }
  }

  /** Asks for tokens, for a code or a refresh token. */
  Login requestTokens(Map<String, String> fields) throws TokenException, InterruptedException {
    var form = new HashMap<>(fields);
    form.put("client_id", config.clientId());
    form.put("client_secret", config.clientSecret());
    var request =
        HttpRequest.newBuilder(URI.create(config.authBase() + "/oauth/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .POST(BodyPublishers.ofString(Http.query(form)))
            .build();
    HttpResponse<String> response;
    try {
      // A client of its own: on a pooled connection that the server just closed, nobody could say
      // whether the token was used.
      response = Http.send(Http.client(), request, REQUEST_LIMIT);
    } catch (ConnectException | HttpConnectTimeoutException | SSLHandshakeException unreachable) {
      throw new TokenException("unreachable", true);
    } catch (IOException lost) {
      throw new TokenException("no answer", false);
    }
    var status = response.statusCode();
    var code = "status " + status;
    try {
      var answer = Json.read(response.body(), JsonObject.class);
      if (answer.get("error") instanceof JsonPrimitive word) code = word.getAsString();
      var login = Json.read(answer, Login.class);
      if (status == 200 && login.accessToken() != null && login.refreshToken() != null) {
        return login;
      }
    } catch (JsonParseException malformed) {
      // a proxy may answer with anything: the status says enough then
    }
    throw new TokenException(code, isUnusedAfter(status, code));
  }

  /**
   * Whether the token was refused without being used: all but `invalid_grant` is about something
   * else, such as a wrong secret or address. After a failure of the server it may be spent.
   */
  private static boolean isUnusedAfter(int status, String code) {
    return status == 503 || status >= 300 && status < 500 && !code.equals("invalid_grant");
  }

  private Attempt opened(String cookie) {
    try {
      return sealed.unseal(Base64.getUrlDecoder().decode(cookie), "attempt", Attempt.class);
    } catch (GeneralSecurityException | IllegalArgumentException forged) {
      throw new NotConnectedException("This is not the answer to your login.");
    }
  }

  private static boolean isEqual(String given, String expected) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
  }

  private static String randomWord() {
    return base64Url(Sealed.randomBytes(32));
  }

  private static String base64Url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}

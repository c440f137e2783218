package com.example.revento;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLHandshakeException;

/** The authorization code flow with PKCE, and the token endpoint. */
record OAuth(Config config, Sealed sealed, Tokens tokens) {
  static final int ATTEMPT_SECONDS = 600;

  private static final String SCOPES = "event.read participants.read program.read";
  private static final String FAILED = "Revento did not connect the event.";
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Where the browser goes, and the cookie that binds the attempt to that browser. */
  record Start(String url, String cookie) {}

  private record Attempt(String state, String verifier, long expiresAt) {}

  /** Begins a login. */
  Start begin(String eventId) {
    var expiresAt = System.currentTimeMillis() + ATTEMPT_SECONDS * 1_000;
    var attempt = new Attempt(randomWord(), randomWord(), expiresAt);
    var query =
        Map.of(
            "response_type",
            "code",
            "client_id",
            config.clientId,
            "redirect_uri",
            config.redirectUri.toString(),
            "scope",
            SCOPES,
            "event_id",
            eventId,
            "state",
            attempt.state,
            "code_challenge",
            base64Url(Sealed.sha256(attempt.verifier)),
            "code_challenge_method",
            "S256");
    var cookie = base64Url(sealed.seal(attempt, "attempt"));
    return new Start(config.authBase + "/oauth/authorize?" + Http.query(query), cookie);
  }

  /** Ends a login: checks the state, redeems the code and stores the tokens. */
  Login finish(Map<String, String> query, String cookie) throws IOException {
    var attempt = opened(cookie);
    var state = query.getOrDefault("state", "").getBytes(UTF_8);
    if (attempt == null || !MessageDigest.isEqual(state, attempt.state.getBytes(UTF_8))) {
      throw notConnected("This is not the answer to your login.");
    }
    if (attempt.expiresAt < System.currentTimeMillis()) throw notConnected("It took too long.");
    // Each attempt is answered once, even if the browser sends it again.
    var used = config.dataDir.resolve("attempts").resolve(Sealed.fileName(attempt.state));
    if (!Sealed.createOnce(used)) throw notConnected("This answer was used already.");
    if ("access_denied".equals(query.get("error"))) throw notConnected("You declined.");
    if (query.containsKey("error") || !query.containsKey("code")) throw notConnected(FAILED);
    var form =
        Map.of(
            "grant_type",
            "authorization_code",
            "code",
            query.get("code"),
            "redirect_uri",
            config.redirectUri.toString(),
            "code_verifier",
            attempt.verifier);
    Login login;
    try {
      login = requestTokens(form);
    } catch (Failure refused) {
      Log.line("no tokens", "error", refused.code);
      throw notConnected(FAILED);
    }
    tokens.store(login);
    return login;
  }

  private Attempt opened(String cookie) {
    try {
      return sealed.unseal(Base64.getUrlDecoder().decode(cookie), "attempt", Attempt.class);
    } catch (IllegalArgumentException forged) {
      return null;
    }
  }

  private static Failure notConnected(String message) {
    return new Failure("not_connected", message + " Open /connect to try again.");
  }

  /** Asks for tokens, for a code or a refresh token. */
  Login requestTokens(Map<String, String> fields) throws Failure {
    var form = new HashMap<>(fields);
    form.put("client_id", config.clientId);
    form.put("client_secret", config.clientSecret);
    var content = BodyPublishers.ofString(Http.query(form));
    // The first of two takes it: the connection that sends the form, or who gives it up.
    var isTaken = new AtomicBoolean();
    var once =
        BodyPublishers.fromPublisher(
            connection -> {
              if (isTaken.getAndSet(true)) throw new IllegalStateException("given up");
              content.subscribe(connection);
            },
            content.contentLength());
    HttpResponse<String> response;
    try {
      var request =
          HttpRequest.newBuilder(URI.create(config.authBase + "/oauth/token"))
              .header("Content-Type", "application/x-www-form-urlencoded")
              .header("Accept", "application/json")
              .POST(once)
              .build();
      // A client of its own: on a connection that the server just closed, nobody could say whether
      // the token was used.
      response = Http.send(Http.newClient(), request);
    } catch (Throwable lost) { // such as one file too many
      var isUnused = !isTaken.getAndSet(true) || lost.getCause() instanceof SSLHandshakeException;
      throw failed(isUnused ? "unreachable" : "no answer", isUnused);
    }
    var status = response.statusCode();
    var code = "status " + status;
    try {
      var answer = Json.read(response.body(), JsonObject.class);
      if (answer.get("error") instanceof JsonPrimitive word) code = word.getAsString();
      var login = Json.GSON.fromJson(answer, Login.class);
      if (status == 200 && login.accessToken() != null && login.refreshToken() != null) {
        return login;
      }
    } catch (JsonParseException malformed) {
      // a proxy may answer with anything: the status says enough then
    }
    // Refused, redirected or put off: the token was not used. After `invalid_grant`, which is about
    // the token, and after a failure of the server it may be spent.
    var isRefused = status >= 300 && status < 500 && !code.equals("invalid_grant");
    throw failed(code, isRefused || status == 503);
  }

  private static Failure failed(String code, boolean isUnused) {
    return new Failure(code, "token endpoint: " + code, isUnused);
  }

  private static String randomWord() {
    var bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    return base64Url(bytes);
  }

  private static String base64Url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}

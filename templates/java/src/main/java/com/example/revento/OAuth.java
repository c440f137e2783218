package com.example.revento;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Flow.Subscriber;
import javax.net.ssl.SSLHandshakeException;

/** The authorization code flow with PKCE, and the token endpoint. */
record OAuth(Config config, Sealed sealed, Tokens tokens) {
  static final Duration ATTEMPT_LIFETIME = Duration.ofMinutes(10);

  private static final String SCOPES = "event.read participants.read program.read";
  private static final String FAILED = "Revento did not connect the event. Open /connect again.";
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(15);

  /** Where the browser goes, and the cookie that binds the attempt to that browser. */
  record Start(String url, String cookie) {}

  /** A form that knows whether it may have been sent: not while there was no connection. */
  private static final class TokenForm implements BodyPublisher {
    private final BodyPublisher content;
    private boolean isSent;
    private boolean isGivenUp;

    TokenForm(BodyPublisher content) {
      this.content = content;
    }

    @Override
    public long contentLength() {
      return content.contentLength();
    }

    @Override
    public synchronized void subscribe(Subscriber<? super ByteBuffer> connection) {
      if (isGivenUp) throw new IllegalStateException("given up");
      isSent = true;
      content.subscribe(connection);
    }

    /** Whether it was not sent, which it is not from now on. */
    synchronized boolean isUnused() {
      isGivenUp = true;
      return !isSent;
    }
  }

  private record Attempt(String state, String verifier, long expiresAt) {}

  /** Begins a login. */
  Start begin(String eventId) {
    var expiresAt = System.currentTimeMillis() + ATTEMPT_LIFETIME.toMillis();
    var attempt = new Attempt(randomWord(), randomWord(), expiresAt);
    var query = new HashMap<String, String>();
    query.put("response_type", "code");
    query.put("client_id", config.clientId);
    query.put("redirect_uri", config.redirectUri.toString());
    query.put("scope", SCOPES);
    query.put("event_id", eventId);
    query.put("state", attempt.state);
    query.put("code_challenge", base64Url(Sealed.sha256(attempt.verifier)));
    query.put("code_challenge_method", "S256");
    var cookie = base64Url(sealed.seal(attempt, "attempt"));
    return new Start(config.authBase + "/oauth/authorize?" + Http.query(query), cookie);
  }

  /** Ends a login: checks the state, redeems the code and stores the tokens. */
  Login finish(Map<String, String> query, String cookie) throws IOException {
    var attempt = opened(cookie);
    if (attempt == null || !isEqual(query.getOrDefault("state", ""), attempt.state)) {
      throw Failure.notConnected("This is not the answer to your login.");
    }
    if (attempt.expiresAt < System.currentTimeMillis()) {
      throw Failure.notConnected("The login took too long. Open /connect again.");
    }
    // Each attempt is answered once, even if the browser sends it again.
    var used = config.dataDir.resolve("attempts").resolve(Sealed.fileName(attempt.state));
    if (!Sealed.createOnce(used)) {
      throw Failure.notConnected("This answer was used already. Open /connect again.");
    }
    if ("access_denied".equals(query.get("error"))) {
      throw Failure.notConnected("You declined. Nothing was connected.");
    }
    if (query.containsKey("error") || !query.containsKey("code")) {
      throw Failure.notConnected(FAILED);
    }
    var form = new HashMap<String, String>();
    form.put("grant_type", "authorization_code");
    form.put("code", query.get("code"));
    form.put("redirect_uri", config.redirectUri.toString());
    form.put("code_verifier", attempt.verifier);
    Login login;
    try {
      login = requestTokens(form);
    } catch (Failure refused) {
      Log.line("no tokens", "error", refused.code);
      throw Failure.notConnected(FAILED);
    }
    tokens.store(login);
    return login;
  }

  /** Asks for tokens, for a code or a refresh token. */
  Login requestTokens(Map<String, String> fields) throws Failure {
    var form = new HashMap<>(fields);
    form.put("client_id", config.clientId);
    form.put("client_secret", config.clientSecret);
    var content = new TokenForm(BodyPublishers.ofString(Http.query(form)));
    var request =
        HttpRequest.newBuilder(URI.create(config.authBase + "/oauth/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .POST(content)
            .build();
    HttpResponse<String> response;
    try {
      // A client of its own: on a pooled connection that the server just closed, nobody could say
      // whether the token was used.
      response = Http.send(Http.client(), request, REQUEST_LIMIT);
    } catch (IOException | RuntimeException | Error lost) { // such as one file too many
      var isUnused = content.isUnused() || lost instanceof SSLHandshakeException;
      throw failed(isUnused ? "unreachable" : "no answer", isUnused);
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
    // Refused, redirected or put off: the token was not used. After `invalid_grant`, which is about
    // the token, and after a failure of the server it may be spent.
    var isRefused = status >= 300 && status < 500 && !code.equals("invalid_grant");
    throw failed(code, isRefused || status == 503);
  }

  private static Failure failed(String code, boolean isUnused) {
    return new Failure(code, "token endpoint: " + code, isUnused);
  }

  private Attempt opened(String cookie) {
    try {
      return sealed.unseal(Base64.getUrlDecoder().decode(cookie), "attempt", Attempt.class);
    } catch (GeneralSecurityException | IllegalArgumentException forged) {
      return null;
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

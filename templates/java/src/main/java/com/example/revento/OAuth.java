package com.example.revento;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLHandshakeException;

/** The authorization code flow with PKCE, and the token endpoint. */
record OAuth(Config config, Sealed sealed, Tokens tokens) {
  static final int ATTEMPT_SECONDS = 600;

  private static final String FAILED = "Revento did not connect the event.";

  /** Where the browser goes, and the cookie that binds the attempt to that browser. */
  record Start(String url, String cookie) {}

  private record Attempt(String state, String verifier, long expiresAt) {}

  /** Begins a login. */
  Start begin(String eventId) throws Exception {
    var expiresAt = System.currentTimeMillis() + ATTEMPT_SECONDS * 1_000;
    var attempt = new Attempt(randomWord(), randomWord(), expiresAt);
    var query =
        Map.of(
            "client_id", config.clientId,
            "redirect_uri", config.redirectUri,
            "scope", Config.SCOPES,
            "event_id", eventId,
            "state", attempt.state,
            "code_challenge", base64Url(Sealed.sha256(attempt.verifier)));
    var url = "/oauth/authorize?response_type=code&code_challenge_method=S256&";
    var cookie = base64Url(sealed.seal(attempt, "attempt"));
    return new Start(config.authBase + url + Http.query(query), cookie);
  }

  /** Ends a login: checks the state, redeems the code and stores the tokens. */
  Login finish(Map<String, String> query, String cookie) throws Exception {
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
            "code", query.get("code"),
            "redirect_uri", config.redirectUri,
            "code_verifier", attempt.verifier);
    try {
      var login = requestTokens(form);
      var isConnection = login.eventId() != null && login.organizationId() != null;
      if (isConnection) return tokens.store(login); // unlike the tokens of a participant
    } catch (Failure refused) {
      Config.log("no tokens", "error", refused.code);
    }
    throw notConnected(FAILED);
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
    form.put("grant_type", form.containsKey("code") ? "authorization_code" : "refresh_token");
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
              .POST(once)
              .build();
      // A client of its own: on a connection that the server just closed, nobody could say whether
      // the token was used.
      response = Http.send(Http.newClient(), request);
    } catch (Throwable lost) { // such as one file too many
      var isUnused = !isTaken.getAndSet(true) || lost.getCause() instanceof SSLHandshakeException;
      var code = isUnused ? "unreachable" : "no answer";
      throw new Failure(code, "token endpoint: " + code, isUnused);
    }
    var status = response.statusCode();
    var login = Json.read(response.body(), Login.class);
    var hasTokens = login != null && login.accessToken() != null && login.refreshToken() != null;
    if (status == 200 && hasTokens) return login;
    var answer = Json.read(response.body(), JsonObject.class); // a proxy may answer with anything
    var isRefusal = answer != null && answer.has("error");
    var code = isRefusal ? Json.text(answer, "error") : "status " + status;
    // Refused, redirected or put off: the token was not used. After `invalid_grant`, which is about
    // the token, and after a failure of the server it may be spent.
    var isRefused = status >= 300 && status < 500 && !code.equals("invalid_grant");
    throw new Failure(code, "token endpoint: " + code, isRefused || status == 503);
  }

  private static String randomWord() {
    return base64Url(Sealed.randomBytes(32));
  }

  private static String base64Url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}

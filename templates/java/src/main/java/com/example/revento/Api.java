package com.example.revento;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;

/** Reads of the API: what to do about each error, limits, and lists page by page. */
record Api(Config config, Tokens tokens, OAuth oauth) {
  private static final int TRIES = 5;
  private static final int IN_FLIGHT = 5;

  /** Lists longer than this are read at the pace that the limit of 30 a minute allows. */
  private static final int PAGES_AT_ONCE = 20;

  /** A pause that is longer is taken for a mistake. */
  private static final long LONGEST_PAUSE_SECONDS = 3_600;

  private static final HttpClient CLIENT = Http.newClient();
  private static final Map<String, Gate> GATES = new ConcurrentHashMap<>();

  /** What all requests for one event share: places in flight, and a pause Revento asked for. */
  private static final class Gate {
    private final Semaphore places = new Semaphore(IN_FLIGHT, true);
    private volatile long pausedUntil;
  }

  /** `body` and `retryAfter` are null where there is none; the status is 0 without an answer. */
  private record Answer(int status, String code, JsonObject body, Duration retryAfter) {}

  /** The JSON of one resource of an event. */
  JsonObject get(String eventId, String path) throws Exception {
    var gate = GATES.computeIfAbsent(eventId, id -> new Gate());
    var hasRefreshed = false;
    for (int attempt = 1; ; attempt++) {
      var login = tokens.loginFor(eventId);
      var requestId = UUID.randomUUID().toString();
      var answer = inTurn(gate, login, path, requestId);
      if (answer.status == 200 && answer.body != null) return answer.body;
      if (answer.code.equals("token_expired") && !hasRefreshed) {
        hasRefreshed = true;
        tokens.refreshed(login, oauth::requestTokens);
      } else if (answer.code.equals("token_revoked")) {
        tokens.endSpent(login, answer.code);
      } else if (attempt == TRIES || !isWorthAnotherTry(answer.status)) {
        var message = "%s (%d), request %s".formatted(answer.code, answer.status, requestId);
        throw new Failure(answer.code, message);
      } else if (answer.retryAfter != null) { // for all requests with this token
        gate.pausedUntil = System.currentTimeMillis() + answer.retryAfter.toMillis();
      } else {
        Thread.sleep(pauseMillis(answer, attempt));
      }
    }
  }

  private Answer inTurn(Gate gate, Login login, String path, String requestId) throws Exception {
    gate.places.acquire();
    try {
      while (System.currentTimeMillis() < gate.pausedUntil) Thread.sleep(10);
      return send(login, path, requestId);
    } finally {
      gate.places.release();
    }
  }

  /** Without an answer, or with half of one, too: reads may be sent again. */
  private static boolean isWorthAnotherTry(int status) {
    return status <= 200 || status == 429 || status >= 500;
  }

  /** Branches on codes, never on messages. */
  private static long pauseMillis(Answer answer, int attempt) {
    var isCrowded = answer.code.equals("concurrent_limit_exceeded");
    var millis = isCrowded ? 300 : (answer.status == 429 ? 4_000L : 500L) << (attempt - 1);
    return millis + ThreadLocalRandom.current().nextLong(millis / 4);
  }

  /** The pause that Retry-After asks for; null where it is not in seconds. */
  static Duration pauseAsked(String retryAfter) {
    if (!retryAfter.matches("[0-9]{1,18}")) return null;
    return Duration.ofSeconds(Math.min(Long.parseLong(retryAfter), LONGEST_PAUSE_SECONDS));
  }

  private Answer send(Login login, String path, String requestId) {
    var request =
        HttpRequest.newBuilder(URI.create(config.apiBase + path))
            .header("Authorization", "Bearer " + login.accessToken())
            .header("Accept", "application/vnd.revento.v1+json")
            .header("X-Revento-Request-Id", requestId)
            .build();
    var started = System.currentTimeMillis();
    var status = 0;
    var code = "unexpected_answer";
    JsonObject body = null;
    Duration retryAfter = null;
    try {
      var response = Http.send(CLIENT, request);
      status = response.statusCode();
      retryAfter = response.headers().firstValue("Retry-After").map(Api::pauseAsked).orElse(null);
      body = Json.read(response.body(), JsonObject.class);
      if (body.get("error") instanceof JsonPrimitive word) code = word.getAsString();
    } catch (IOException lost) {
      code = "no_answer";
    } catch (JsonParseException malformed) {
      // the status says enough
    }
    var ms = System.currentTimeMillis() - started;
    var eventId = login.eventId();
    Log.line(
        "api request", "request_id", requestId, "event_id", eventId, "status", status, "ms", ms);
    return new Answer(status, code, body, retryAfter);
  }

  /** Takes one row of a list. */
  interface RowReader {
    void take(JsonObject row) throws IOException;
  }

  private record Page(List<JsonObject> data, String nextCursor, boolean hasMore) {}

  /** Reads every row of a list, one after the other, and says how many there were. */
  int eachRow(String eventId, String path, RowReader reader) throws Exception {
    var seen = new HashSet<String>();
    var query = "?limit=50";
    var count = 0;
    while (true) {
      var page = Json.GSON.fromJson(get(eventId, path + query), Page.class);
      for (var row : page.data) reader.take(row);
      count += page.data.size();
      if (!page.hasMore) return count;
      if (page.nextCursor == null || !seen.add(page.nextCursor)) {
        throw new IOException("The list does not end.");
      }
      query = "?limit=50&cursor=" + Http.encoded(page.nextCursor);
      if (seen.size() > PAGES_AT_ONCE) Thread.sleep(2_100);
    }
  }
}

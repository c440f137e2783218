package com.example.revento;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
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

  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(20);

  private static final HttpClient CLIENT = Http.client();
  private static final Map<String, Gate> GATES = new ConcurrentHashMap<>();

  /** What all requests for one event share: places in flight, and a pause Revento asked for. */
  private static final class Gate {
    private final Semaphore places = new Semaphore(IN_FLIGHT, true);
    private volatile Instant pausedUntil = Instant.MIN;

    Answer pass(Callable<Answer> request) throws Exception {
      places.acquire();
      try {
        while (Instant.now().isBefore(pausedUntil)) Thread.sleep(10);
        return request.call();
      } finally {
        places.release();
      }
    }
  }

  /** `retryAfter` and `failure` are null where there is none. */
  private record Answer(
      String requestId, int status, JsonObject body, Duration retryAfter, IOException failure) {

    String code() {
      return body != null && body.get("error") instanceof JsonPrimitive word
          ? word.getAsString()
          : "";
    }
  }

  /** The JSON of one resource of an event. */
  JsonObject get(String eventId, String path) throws Exception {
    var gate = GATES.computeIfAbsent(eventId, id -> new Gate());
    var hasRefreshed = false;
    for (int attempt = 1; ; attempt++) {
      var login = tokens.loginFor(eventId);
      var answer = gate.pass(() -> send(login, path));
      if (answer.status == 200 && answer.failure == null) return answer.body;
      var code = answer.code();
      if (code.equals("token_expired") && !hasRefreshed) {
        hasRefreshed = true;
        tokens.refreshed(login, oauth::requestTokens);
        continue;
      }
      if (code.equals("token_revoked")) {
        tokens.endSpent(login, code);
        continue;
      }
      var pause = pauseAfter(answer, attempt);
      if (pause == null || attempt >= TRIES) {
        if (answer.failure != null) throw answer.failure;
        var message = "%s (%d), request %s".formatted(code, answer.status, answer.requestId);
        throw new Failure(code, message, false);
      }
      // A pause that Revento asks for applies to all requests with this token.
      if (answer.retryAfter != null) gate.pausedUntil = Instant.now().plus(answer.retryAfter);
      else Thread.sleep(pause);
    }
  }

  /** Milliseconds before the next try; null: none. Branches on codes, never on messages. */
  private static Long pauseAfter(Answer answer, int attempt) {
    if (answer.code().equals("concurrent_limit_exceeded")) return jittered(300);
    if (answer.status == 429) return jittered(2_000L << attempt);
    // No answer, or half of one: reads may be sent again.
    if (answer.failure != null || answer.status >= 500) return jittered(500L << (attempt - 1));
    return null;
  }

  /** The pause that Retry-After asks for; null where it is not in seconds. */
  static Duration pauseAsked(String retryAfter) {
    if (!retryAfter.matches("[0-9]{1,18}")) return null;
    return Duration.ofSeconds(Math.min(Long.parseLong(retryAfter), LONGEST_PAUSE_SECONDS));
  }

  private static long jittered(long millis) {
    return millis + ThreadLocalRandom.current().nextLong(millis / 4);
  }

  private Answer send(Login login, String path) {
    var requestId = UUID.randomUUID().toString();
    var request =
        HttpRequest.newBuilder(URI.create(config.apiBase + path))
            .header("Authorization", "Bearer " + login.accessToken())
            .header("Accept", "application/vnd.revento.v1+json")
            .header("X-Revento-Request-Id", requestId)
            .build();
    var started = System.nanoTime();
    var status = 0;
    Duration retryAfter = null;
    try {
      var response = Http.send(CLIENT, request, REQUEST_LIMIT);
      status = response.statusCode();
      retryAfter = response.headers().firstValue("Retry-After").map(Api::pauseAsked).orElse(null);
      var body = Json.read(response.body(), JsonObject.class);
      return new Answer(requestId, status, body, retryAfter, null);
    } catch (IOException lost) {
      return new Answer(requestId, status, null, retryAfter, lost);
    } catch (JsonParseException malformed) {
      var failure = status == 200 ? new IOException(malformed) : null;
      return new Answer(requestId, status, null, retryAfter, failure);
    } finally {
      var ms = Duration.ofNanos(System.nanoTime() - started).toMillis();
      var eventId = login.eventId();
      Log.line(
          "api request", "request_id", requestId, "event_id", eventId, "status", status, "ms", ms);
    }
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
      var page = Json.read(get(eventId, path + query), Page.class);
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

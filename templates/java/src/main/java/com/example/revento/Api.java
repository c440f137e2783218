package com.example.revento;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

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

  /** `body` is null where there is none; the status is 0 without an answer. */
  record Answer(int status, String code, JsonObject body, long pauseSeconds, String requestId) {
    Failure refusal() {
      return new Failure(code, code + " (" + status + "), request " + requestId);
    }
  }

  /** The answer with a resource of an event, its body; with no path, the event itself. */
  Answer get(String eventId, String path) throws Exception {
    var gate = GATES.computeIfAbsent(eventId, id -> new Gate());
    var hasRefreshed = false;
    for (int attempt = 1; ; attempt++) {
      var login = tokens.loginFor(eventId);
      var answer = inTurn(gate, login, path);
      if (answer.status == 200 && answer.body != null) return answer;
      // Without an answer, or with half of one, too: reads may be sent again.
      var mayPass = answer.status <= 200 || answer.status == 429 || answer.status >= 500;
      if (answer.code.equals("token_expired") && !hasRefreshed) {
        hasRefreshed = true;
        tokens.refreshed(login, oauth::requestTokens);
      } else if (answer.code.equals("token_revoked")) {
        tokens.replace(login, login.ended(answer.code));
      } else if (attempt >= TRIES || !mayPass) {
        throw answer.refusal();
      } else if (answer.pauseSeconds > 0) { // for all requests with this token
        gate.pausedUntil = System.currentTimeMillis() + answer.pauseSeconds * 1_000;
      } else {
        Thread.sleep(pauseMillis(answer, attempt));
      }
    }
  }

  /** Branches on codes, never on messages. */
  private static long pauseMillis(Answer answer, int attempt) {
    var isCrowded = answer.code.equals("concurrent_limit_exceeded");
    var millis = isCrowded ? 300 : (answer.status == 429 ? 4_000L : 500L) << (attempt - 1);
    return millis + Math.round(Math.random() * millis / 4);
  }

  /** The pause that Retry-After asks for, in seconds; 0 where it says none. */
  static long pauseAsked(String retryAfter) {
    var isNumber = retryAfter.matches("[0-9]{1,18}");
    return isNumber ? Math.min(Long.parseLong(retryAfter), LONGEST_PAUSE_SECONDS) : 0;
  }

  private Answer inTurn(Gate gate, Login login, String path) throws InterruptedException {
    gate.places.acquire();
    try {
      while (System.currentTimeMillis() < gate.pausedUntil) Thread.sleep(10);
      return send(login, path);
    } finally {
      gate.places.release();
    }
  }

  private Answer send(Login login, String path) {
    var id = UUID.randomUUID().toString();
    var eventId = login.eventId();
    var resource = config.apiBase + "/events/" + Http.encoded(eventId) + path;
    var request =
        HttpRequest.newBuilder(URI.create(resource))
            .header("Authorization", "Bearer " + login.accessToken())
            .header("Accept", "application/vnd.revento.v1+json")
            .header("X-Revento-Request-Id", id)
            .build();
    var started = System.currentTimeMillis();
    var answer = new Answer(0, "unreachable", null, 0, id);
    try {
      var response = Http.send(CLIENT, request);
      var body = Json.read(response.body(), JsonObject.class);
      var code = body != null && body.has("error") ? Json.text(body, "error") : "unexpected_answer";
      var pause = response.headers().firstValue("Retry-After").map(Api::pauseAsked).orElse(0L);
      answer = new Answer(response.statusCode(), code, body, pause, id);
    } catch (IOException lost) {
      // which the status says
    }
    var ms = System.currentTimeMillis() - started;
    Config.log(
        "api request", "request_id", id, "event_id", eventId, "status", answer.status, "ms", ms);
    return answer;
  }

  /** Takes one row of a list. */
  interface RowReader {
    void take(JsonObject row) throws Exception;
  }

  private record Page(List<JsonObject> data, String nextCursor, JsonPrimitive hasMore) {}

  /** Reads every row of a list, one after the other, and says how many there were. */
  int eachRow(String eventId, String path, RowReader reader) throws Exception {
    var seen = new HashSet<String>();
    var query = "?limit=50";
    var count = 0;
    while (true) {
      var answer = get(eventId, path + query);
      var page = Json.read(answer.body.toString(), Page.class);
      // Not the end of the list, unless it says so: rows would be missing, and nobody would know.
      var isPage = page != null && page.data != null && page.hasMore != null;
      if (!isPage || !page.hasMore.isBoolean()) throw answer.refusal();
      var isLast = !page.hasMore.getAsBoolean();
      var hasNext = page.nextCursor != null && seen.add(page.nextCursor);
      if (!isLast && !hasNext) throw answer.refusal();
      for (var row : page.data) reader.take(row);
      count += page.data.size();
      if (isLast) return count;
      query = "?limit=50&cursor=" + Http.encoded(page.nextCursor);
      if (seen.size() > PAGES_AT_ONCE) Thread.sleep(2_100);
    }
  }
}

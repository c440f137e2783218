package com.example.revento;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhooksTest {
  private static final String BODY = "{\"id\":\"1\",\"type\":\"x\",\"event_id\":null,\"data\":{}}";

  @TempDir Path directory;
  private Config config;
  private Webhooks webhooks;

  @BeforeEach
  void receive() {
    config = TestSettings.in(directory);
    var sealed = new Sealed(config.tokenKey);
    webhooks = new Webhooks(config, sealed, new Tokens(config, sealed));
  }

  private static String ago(long seconds) {
    return String.valueOf(Instant.now().getEpochSecond() - seconds);
  }

  private Headers signed(String body, String secret, String timestamp) throws Exception {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    var signature = mac.doFinal((timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
    var headers = new Headers();
    headers.set("X-Revento-Event", "x");
    headers.set("X-Revento-Delivery-Id", UUID.randomUUID().toString());
    headers.set("X-Revento-Timestamp", timestamp);
    headers.set("X-Revento-Signature", "sha256=" + HexFormat.of().formatHex(signature));
    return headers;
  }

  private Headers genuine(String body) throws Exception {
    return signed(body, config.webhookSecrets.get(0), ago(0));
  }

  private void assertAnswer(int status, Headers headers, String body) throws Exception {
    assertEquals(status, webhooks.receive(headers, body.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aGenuineDeliveryIsAcceptedAndSoIsItsRepeat() throws Exception {
    var headers = genuine(BODY);
    assertAnswer(204, headers, BODY);
    assertAnswer(204, headers, BODY);
  }

  @Test
  void anotherSecretIsRefused() throws Exception {
    assertAnswer(401, signed(BODY, "another", ago(0)), BODY);
  }

  @Test
  void sixMinutesEitherWayAreRefused() throws Exception {
    var secret = config.webhookSecrets.get(0);
    assertAnswer(401, signed(BODY, secret, ago(360)), BODY);
    assertAnswer(401, signed(BODY, secret, ago(-360)), BODY);
  }

  @Test
  void aTimestampThatIsNotANumberIsRefused() throws Exception {
    assertAnswer(401, signed(BODY, config.webhookSecrets.get(0), "today"), BODY);
  }

  @Test
  void oneByteMoreIsRefused() throws Exception {
    assertAnswer(401, genuine(BODY), BODY + "\n");
  }

  @Test
  void noHeadersAreRefused() throws Exception {
    assertAnswer(401, new Headers(), BODY);
  }

  @Test
  void whatIsSignedButNotJsonIsABadRequest() throws Exception {
    assertAnswer(400, genuine("hello"), "hello");
    assertAnswer(400, genuine("{id: 1}"), "{id: 1}");
  }

  @Test
  void manyWorkOneInboxOnce() throws Exception {
    for (var count = 0; count < 20; count++) assertAnswer(204, genuine(BODY), BODY);
    var works = new ConcurrentLinkedQueue<String>();
    var threads = Executors.newFixedThreadPool(4);
    Callable<Void> worker =
        () -> {
          webhooks.workWaiting(
              (event, id) -> {
                works.add(id);
                LockSupport.parkNanos(1_000_000); // time for the others to work the same
              });
          return null;
        };
    try {
      for (var done : threads.invokeAll(Collections.nCopies(4, worker))) done.get();
    } finally {
      threads.shutdown();
    }
    assertEquals(20, works.size());
    assertEquals(20, Set.copyOf(works).size());
  }

  @Test
  void aLostRefreshKeepsTheMirrorAndADeletionStopsIt() throws Exception {
    var sealed = new Sealed(config.tokenKey);
    var tokens = new Tokens(config, sealed);
    var mirror = new Mirror(config, sealed, tokens, null);
    var data = participant();
    for (var reason : List.of("a refresh was never answered", Webhooks.DELETION)) {
      var eventId = "evt of " + reason;
      tokens.store(new Login(eventId, "org_1", null, null, null, false, reason));
      mirror.work(new Webhooks.Event("participant.joined", "", eventId, "org_1", data), reason);
      var count = reason.equals(Webhooks.DELETION) ? 0 : 1;
      assertEquals(count, mirror.participants(eventId).size(), reason);
    }
  }

  private Mirror mirror() {
    var sealed = new Sealed(config.tokenKey);
    return new Mirror(config, sealed, new Tokens(config, sealed), null);
  }

  private static JsonObject participant() {
    var data = new JsonObject();
    data.addProperty("id", "p1");
    return data;
  }

  @Test
  void anEventWithoutItsTimeOrIdsIsLeftAlone() throws Exception {
    var mirror = mirror();
    var data = participant();
    mirror.work(new Webhooks.Event("participant.joined", null, "evt_1", "org_1", data), "1");
    mirror.work(new Webhooks.Event("participant.joined", "", null, "org_1", data), "2");
    mirror.work(new Webhooks.Event("participant.joined", "", "evt_1", null, data), "3");
    assertEquals(List.of(), mirror.participants("evt_1"));
  }

  @Test
  void aDamagedRowIsWrittenAgain() throws Exception {
    var mirror = mirror();
    var data = participant();
    var event = new Webhooks.Event("participant.joined", "", "evt_1", "org_1", data);
    mirror.work(event, "first");
    var rows = config.dataDir.resolve("participants").resolve(Sealed.fileName("evt_1"));
    var row = rows.resolve(Sealed.fileName("evt_1", "p1") + Sealed.SUFFIX);
    assertTrue(Files.exists(row));
    Files.writeString(row, "damaged");
    mirror.work(event, "second");
    assertEquals(List.of(data), mirror.participants("evt_1"));
  }

  @Test
  void aDelayedDeliveryIsOlderThanASyncByTheTimesOfRevento() throws Exception {
    var page =
        "{\"data\":[{\"id\":\"p1\",\"application_status\":\"rejected\","
            + "\"last_reviewed_at\":\"2026-01-02T10:00:00.500Z\"}]}";
    var loopback = InetAddress.getLoopbackAddress();
    var server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, page.length());
            exchange.getResponseBody().write(page.getBytes(StandardCharsets.UTF_8));
          }
        });
    server.start();
    var base = "http://localhost:" + server.getAddress().getPort();
    var settings = TestSettings.in(directory, Map.of("REVENTO_API_BASE", base));
    var sealed = new Sealed(settings.tokenKey);
    var tokens = new Tokens(settings, sealed);
    var mirror = new Mirror(settings, sealed, tokens, new Api(settings, tokens, null));
    tokens.store(new Login("evt_1", "org_1", "a1", "r1", "participants.read", false, null));
    try {
      mirror.sync("evt_1");
      // Before the review, whatever the clock here says, and after it.
      assertEquals("rejected", afterApproval(mirror, "p1", "2026-01-02T09:59:59Z"));
      assertEquals("approved", afterApproval(mirror, "p1", "2026-01-02T10:00:01Z"));
      // The next sync is newer than a delivery that it follows, whomever that was about.
      afterApproval(mirror, "p2", "2026-01-02T12:00:00Z");
      mirror.sync("evt_1");
      assertEquals("rejected", afterApproval(mirror, "p1", "2026-01-02T11:00:00Z"));
      assertEquals("approved", afterApproval(mirror, "p1", "2026-01-02T13:00:00Z"));
    } finally {
      server.stop(0);
    }
  }

  /** The status that the mirror has of p1 after a delivery approved somebody at a time. */
  private static String afterApproval(Mirror mirror, String participantId, String time)
      throws Exception {
    var data = new JsonObject();
    data.addProperty("id", participantId);
    data.addProperty("application_status", "approved");
    mirror.work(new Webhooks.Event("participant.updated", time, "evt_1", "org_1", data), time);
    return mirror.participants("evt_1").stream()
        .filter(row -> row.get("id").getAsString().equals("p1"))
        .map(row -> row.get("application_status").getAsString())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aDamagedDeliveryDoesNotHoldUpTheOthers() throws Exception {
    assertAnswer(204, genuine(BODY), BODY);
    var damaged = config.dataDir.resolve("inbox/damaged.sealed");
    Files.writeString(damaged, "damaged");
    var works = new ConcurrentLinkedQueue<String>();
    webhooks.workWaiting((event, id) -> works.add(id));
    assertEquals(1, works.size());
    assertTrue(Files.exists(damaged));
  }

  @ParameterizedTest
  @CsvSource({
    "logins/young.tmp, 0, true",
    "logins/a.tmp, 2, false",
    "participants/evt_1/b.tmp, 2, false",
    "worked/once, 2, true",
    "worked/long_ago, 31, false",
  })
  void theStartRemovesOnlyWhatKilledProcessesLeft(String name, int days, boolean isKept)
      throws Exception {
    var path = config.dataDir.resolve(name);
    Sealed.createOnce(path);
    var then = Instant.now().minus(Duration.ofDays(days));
    Files.setLastModifiedTime(path, FileTime.from(then));
    Sealed.sweep(directory.toFile());
    assertEquals(isKept, Files.exists(path));
  }
}

package com.example.revento;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
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
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertAnswer(400, genuine(BODY + BODY), BODY + BODY);
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
  void aDamagedDeliveryDoesNotHoldUpTheOthers() throws Exception {
    assertAnswer(204, genuine(BODY), BODY);
    var damaged = config.dataDir.resolve("inbox/damaged.sealed");
    Files.writeString(damaged, "damaged");
    var works = new ConcurrentLinkedQueue<String>();
    webhooks.workWaiting((event, id) -> works.add(id));
    assertEquals(1, works.size());
    assertTrue(Files.exists(damaged));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // which says of a file in the place of a directory that there is none
  void aDeliveryIsNotTakenWhileNobodyCanTellWhetherItWasWorked() throws Exception {
    var headers = genuine(BODY);
    var bytes = BODY.getBytes(StandardCharsets.UTF_8);
    assertAnswer(204, genuine(BODY), BODY);
    Files.createFile(config.dataDir.resolve("worked")); // in the place of the directory
    assertThrows(FileSystemException.class, () -> webhooks.receive(headers, bytes));
    webhooks.workWaiting((event, id) -> fail("It was worked, perhaps a second time."));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"occurred_at\":{}",
        "\"event_id\":{}",
        "\"organization_id\":[]",
        "\"data\":\"x\"",
        "\"data\":null",
        "\"data\":{\"id\":[]}",
      })
  void aDeliveryOfAnotherShapeIsAcknowledgedAndLeftAlone(String more) throws Exception {
    var body = "{\"type\":\"participant.registered\"," + more + "}";
    assertAnswer(204, genuine(body), body);
    webhooks.workWaiting(App.of(config).mirror()::work);
    try (var waiting = Files.list(config.dataDir.resolve("inbox"))) {
      assertEquals(0, waiting.count());
    }
  }
}

package com.example.revento;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebhooksTest {
  private static final String BODY = "{\"id\":\"1\",\"type\":\"x\",\"event_id\":null,\"data\":{}}";

  @TempDir Path directory;
  private Config config;
  private Webhooks webhooks;

  @BeforeEach
  void receive() {
    config = TestSettings.in(directory);
    var sealed = new Sealed(config.tokenKey());
    webhooks = new Webhooks(config, sealed, new Tokens(config, sealed));
  }

  private static String ago(long seconds) {
    return String.valueOf(Instant.now().getEpochSecond() - seconds);
  }

  private Headers signed(String body, byte[] secret, String timestamp) throws Exception {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    var signature = mac.doFinal((timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
    var headers = new Headers();
    headers.set("X-Revento-Event", "x");
    headers.set("X-Revento-Delivery-Id", UUID.randomUUID().toString());
    headers.set("X-Revento-Timestamp", timestamp);
    headers.set("X-Revento-Signature", "sha256=" + HexFormat.of().formatHex(signature));
    return headers;
  }

  private Headers genuine(String body) throws Exception {
    return signed(body, config.webhookSecrets().get(0), ago(0));
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
    assertAnswer(401, signed(BODY, "another".getBytes(StandardCharsets.UTF_8), ago(0)), BODY);
  }

  @Test
  void sixMinutesEitherWayAreRefused() throws Exception {
    var secret = config.webhookSecrets().get(0);
    assertAnswer(401, signed(BODY, secret, ago(360)), BODY);
    assertAnswer(401, signed(BODY, secret, ago(-360)), BODY);
  }

  @Test
  void aTimestampThatIsNotANumberIsRefused() throws Exception {
    assertAnswer(401, signed(BODY, config.webhookSecrets().get(0), "today"), BODY);
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
}

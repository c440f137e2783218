package com.example.revento;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.sun.net.httpserver.Headers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Deliveries: verified by their raw bytes, stored before they are acknowledged, then processed. */
record Webhooks(Config config, Sealed sealed, Tokens tokens) {
  static final String DELETION = "data.deletion_required";

  private static final long TOLERANCE_SECONDS = 300;
  private static final Semaphore ARRIVED = new Semaphore(1); // what a former process left

  /** A delivery's envelope; for what concerns the whole integration the ids are null. */
  record Event(
      String type, String occurredAt, String eventId, String organizationId, JsonElement data) {
    Login connection() {
      return new Login(eventId, organizationId, null, null, null, false, null);
    }
  }

  private record Delivery(String id, long receivedAt, Event event) {
    void log(String message) {
      Config.log(message, "delivery_id", id, "event_id", event.eventId, "type", event.type);
    }
  }

  /** Whether Revento signed these bytes with one of our secrets, within five minutes. */
  boolean isGenuine(byte[] body, String timestamp, String signature) throws Exception {
    if (!timestamp.matches("[0-9]{1,12}")) return false;
    var age = Instant.now().getEpochSecond() - Long.parseLong(timestamp);
    if (Math.abs(age) > TOLERANCE_SECONDS) return false;
    var isMatch = false;
    for (var secret : config.webhookSecrets) {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
      mac.update((timestamp + ".").getBytes(UTF_8));
      var expected = "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
      isMatch |= MessageDigest.isEqual(expected.getBytes(UTF_8), signature.getBytes(UTF_8));
    }
    return isMatch;
  }

  /** The status for a delivery. It is on disk before it is acknowledged: a crash loses nothing. */
  int receive(Headers headers, byte[] body) throws Exception {
    var id = header(headers, "X-Revento-Delivery-Id");
    var timestamp = header(headers, "X-Revento-Timestamp");
    var signature = header(headers, "X-Revento-Signature");
    var isComplete = !id.isEmpty() && headers.containsKey("X-Revento-Event");
    if (!isComplete || !isGenuine(body, timestamp, signature)) {
      Config.log("delivery refused");
      return 401;
    }
    var event = Json.read(new String(body, UTF_8), Event.class); // from Revento: it is signed
    if (event == null || event.type == null) return 400;
    var delivery = new Delivery(id, System.currentTimeMillis(), event);
    // In this order: a delivery that has left the inbox is marked already.
    var isRepeat = Sealed.exists(waiting(id)) || Sealed.exists(mark(id));
    delivery.log(isRepeat ? "delivery repeated" : "delivery received");
    if (isRepeat) return 204;
    // Requests stop at once; the worker deletes the stored data. The type is that of the body:
    // headers are not signed.
    if (event.type.equals(DELETION)) tokens.store(event.connection().ended(DELETION));
    sealed.write(waiting(id), delivery);
    ARRIVED.release();
    return 204;
  }

  private static String header(Headers headers, String name) {
    var values = headers.get(name);
    return values != null && values.size() == 1 ? values.get(0) : ""; // Revento sends each once
  }

  private Path inbox() {
    return config.dataDir.resolve("inbox");
  }

  private Path waiting(String id) throws Exception {
    return inbox().resolve(Sealed.fileName(id) + Sealed.SUFFIX);
  }

  private Path mark(String id) throws Exception {
    return config.dataDir.resolve("worked").resolve(Sealed.fileName(id));
  }

  /** Processes a delivery. */
  interface Worker {
    void work(Event event, String deliveryId) throws Exception;
  }

  /** Processes deliveries for as long as the program runs. */
  void workDeliveries(Worker worker) {
    while (true) {
      try {
        ARRIVED.tryAcquire(10, TimeUnit.SECONDS); // comes back for what failed
        ARRIVED.drainPermits();
        workWaiting(worker);
      } catch (Exception failed) {
        Config.log("inbox failed", "error", failed.toString());
      }
    }
  }

  /**
   * Processes the inbox, oldest first, in one process at a time.
   *
   * <p>A crash between the work and its mark calls the worker again, so it has to write the id of
   * the delivery together with what it changes: here in one file, with a database in one
   * transaction.
   */
  void workWaiting(Worker worker) throws Exception {
    Sealed.inTurn(
        inbox(),
        () -> {
          var waiting = sealed.readAll(inbox(), Delivery.class);
          waiting.sort(Comparator.comparingLong(Delivery::receivedAt));
          for (var delivery : waiting) finish(delivery, worker);
          return null;
        });
  }

  private void finish(Delivery delivery, Worker worker) {
    try {
      // The mark is there when a crash came right after it, or the same delivery twice at once.
      if (!Sealed.exists(mark(delivery.id))) worker.work(delivery.event, delivery.id);
      Sealed.createOnce(mark(delivery.id));
      Files.deleteIfExists(waiting(delivery.id));
      delivery.log("delivery worked");
    } catch (Exception failed) {
      Config.log("delivery failed", "delivery_id", delivery.id, "error", failed.toString());
    }
  }
}

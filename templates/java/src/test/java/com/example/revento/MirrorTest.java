package com.example.revento;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MirrorTest {
  @TempDir Path directory;
  private Config config;
  private Tokens tokens;
  private Mirror mirror;

  @BeforeEach
  void open() {
    config = TestSettings.in(directory);
    var app = App.of(config);
    tokens = app.tokens();
    mirror = app.mirror();
  }

  @Test
  void aLostRefreshKeepsTheMirrorAndADeletionStopsIt() throws Exception {
    var data = participant();
    for (var reason : List.of("a refresh was never answered", Webhooks.DELETION)) {
      var eventId = "evt of " + reason;
      tokens.store(new Login(eventId, "org_1", null, null, null, false, reason));
      mirror.work(new Webhooks.Event("participant.joined", "", eventId, "org_1", data), reason);
      var count = reason.equals(Webhooks.DELETION) ? 0 : 1;
      assertEquals(count, mirror.participants(eventId).size(), reason);
    }
  }

  private static JsonObject participant() {
    var data = new JsonObject();
    data.addProperty("id", "p1");
    return data;
  }

  @Test
  void anEventWithoutItsTimeOrIdsIsLeftAlone() throws Exception {
    var data = participant();
    mirror.work(new Webhooks.Event("participant.joined", null, "evt_1", "org_1", data), "1");
    mirror.work(new Webhooks.Event("participant.joined", "", null, "org_1", data), "2");
    mirror.work(new Webhooks.Event("participant.joined", "", "evt_1", null, data), "3");
    assertEquals(List.of(), mirror.participants("evt_1"));
  }

  @Test
  void aDamagedRowIsWrittenAgain() throws Exception {
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
            + "\"last_reviewed_at\":\"2026-01-02T10:00:00.500Z\"}],\"has_more\":false}";
    try (var revento = Answering.with(200, page)) {
      var app = App.of(TestSettings.in(directory, Map.of("REVENTO_API_BASE", revento.base())));
      var login = new Login("evt_1", "org_1", "a1", "r1", "participants.read", false, null);
      app.tokens().store(login);
      var mirror = app.mirror();
      mirror.sync("evt_1");
      // Before the review, whatever the clock here says, and after it.
      assertEquals("rejected", afterApproval(mirror, "p1", "2026-01-02T09:59:59Z"));
      assertEquals("approved", afterApproval(mirror, "p1", "2026-01-02T10:00:01Z"));
      // The next sync is newer than a delivery that it follows, whomever that was about.
      afterApproval(mirror, "p2", "2026-01-02T12:00:00Z");
      mirror.sync("evt_1");
      assertEquals("rejected", afterApproval(mirror, "p1", "2026-01-02T11:00:00Z"));
      assertEquals("approved", afterApproval(mirror, "p1", "2026-01-02T13:00:00Z"));
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
  void anApplicationWithoutAnswersKeepsThoseThatAreHeld() throws Exception {
    assertEquals("{\"a\":1}", answersAfter("application.submitted", "{\"a\":1}"));
    assertEquals("{\"a\":1}", answersAfter("application.approved", "null"));
    var large = "[12345678901234567890]";
    assertEquals(large, answersAfter("participant.registered", large));
    assertEquals("null", answersAfter("participant.registered", "null"));
  }

  /** The form that the mirror has of p1 after an event with this one. */
  private String answersAfter(String type, String form) throws Exception {
    var text = "{\"id\":\"p1\",\"participant_id\":\"p1\",\"custom_form_fields\":" + form + "}";
    var data = Json.read(text, JsonObject.class);
    mirror.work(new Webhooks.Event(type, "2026", "evt_1", "org_1", data), type + form);
    return mirror.participants("evt_1").get(0).get("custom_form_fields").toString();
  }
}

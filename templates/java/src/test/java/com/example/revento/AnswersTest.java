package com.example.revento;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers, deliveries and settings that should not be. */
class AnswersTest {
  private static final Login LOGIN =
      new Login("evt_1", "org_1", "a1", "r1", "event.read", false, null);

  @TempDir Path directory;

  private Config at(Answering revento) {
    var bases = Map.of("REVENTO_AUTH_BASE", revento.base(), "REVENTO_API_BASE", revento.base());
    return TestSettings.in(directory, bases);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"data\":[{\"id\":\"p1\"}]}",
        "{\"data\":[{\"id\":\"p1\"}],\"has_more\":null}",
        "{\"data\":[{\"id\":\"p1\"}],\"has_more\":{}}",
        "{\"data\":[{\"id\":\"p1\"}],\"has_more\":\"no\"}",
        "{\"data\":null,\"has_more\":false}",
        "{\"data\":{},\"has_more\":false}",
        "{\"data\":[\"p1\"],\"has_more\":false}",
        "{\"data\":[null],\"has_more\":false}",
        "{\"data\":[],\"has_more\":true}",
        "{\"data\":[],\"has_more\":true,\"next_cursor\":{}}",
        "{\"data\":[],\"has_more\":true,\"next_cursor\":5}",
      })
  void aPageThatIsNotOneFailsTheSyncAndLosesNothing(String page) throws Exception {
    try (var revento = Answering.with(200, page)) {
      var app = App.of(at(revento));
      app.tokens().store(new Login("evt_1", "org_1", "a1", "r1", "participants.read", false, null));
      var data = Json.read("{\"id\":\"p0\"}", JsonObject.class);
      app.mirror()
          .work(new Webhooks.Event("participant.joined", "", "evt_1", "org_1", data), "one");
      var failure = assertThrows(ExecutionException.class, () -> app.mirror().sync("evt_1"));
      var message = failure.getCause().getMessage();
      assertTrue(message.matches("unexpected_answer \\(200\\), request [\\da-f-]{36}"), message);
      assertEquals(List.of(data), app.mirror().participants("evt_1"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",\"expires_in\":\"soon\",\"scope\":[\"event.read\"],\"organization_id\":{}",
        ",\"expires_in\":null,\"scope\":null,\"event_id\":[]",
      })
  void anOddAnswerLosesNoTokens(String more) throws Exception {
    var answer = "{\"access_token\":\"a2\",\"refresh_token\":\"r2\"" + more + "}";
    try (var revento = Answering.with(200, answer)) {
      var app = App.of(at(revento));
      app.tokens().store(LOGIN);
      var found = app.tokens().refreshed(LOGIN, app.oauth()::requestTokens);
      assertEquals(new Login("evt_1", "org_1", "a2", "r2", "event.read", false, null), found);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",\"user_id\":\"usr_1\"",
        ",\"event_id\":\"evt_1\"",
        ",\"event_id\":{},\"organization_id\":\"org_1\"",
      })
  void tokensThatNameNoConnectionAreNotStored(String ids) throws Exception {
    var answer = "{\"access_token\":\"secret\",\"refresh_token\":\"secret\"" + ids + "}";
    try (var revento = Answering.with(200, answer)) {
      var app = App.of(at(revento));
      var start = app.oauth().begin("evt_1");
      var query = URI.create(start.url()).getQuery().split("&");
      var state =
          Arrays.stream(query)
              .filter(field -> field.startsWith("state="))
              .findFirst()
              .orElseThrow();
      var sent = Map.of("code", "c", "state", state.substring("state=".length()));
      var failure = assertThrows(Failure.class, () -> app.oauth().finish(sent, start.cookie()));
      assertEquals("not_connected", failure.code);
      assertFalse(Files.exists(app.config().dataDir.resolve("logins")));
    }
  }

  @ParameterizedTest
  @CsvSource({"'', 3000", "' 3000 ', 3000", "65535, 65535"})
  void anEmptyPortIsTheUsualOne(String port, int listensOn) {
    assertEquals(listensOn, TestSettings.in(directory, Map.of("PORT", port)).port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "65536", "-1", "http", "3000.5"})
  void aPortThatIsNotOneEndsTheStart(String port) {
    var failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> App.of(TestSettings.in(directory, Map.of("PORT", port))).serve());
    assertTrue(failure.getMessage().toLowerCase().contains("port"), failure.getMessage());
  }

  @Test
  void anEmptySettingCountsAsNone() {
    var settings = Map.of("DATA_DIR", "", "REVENTO_WEBHOOK_SECRET_PREVIOUS", "  ");
    var config = TestSettings.in(directory, settings);
    assertTrue(config.dataDir.startsWith("data"), config.dataDir.toString());
    assertEquals(1, config.webhookSecrets.size());
  }

  @Test
  void aLongPauseIsLimited() {
    assertEquals(2, Api.pauseAsked("2"));
    assertEquals(3_600, Api.pauseAsked("999999999999"));
    for (var odd : new String[] {"-5", "soon", "", "Wed, 21 Oct 2026 07:28:00 GMT"}) {
      assertEquals(0, Api.pauseAsked(odd), odd);
    }
  }
}

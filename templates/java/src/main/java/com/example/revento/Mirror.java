package com.example.revento;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;

/** The mirror of participants that webhooks and syncs keep up to date. */
final class Mirror {
  private final Path directory;
  private final Sealed sealed;
  private final Tokens tokens;
  private final Api api;
  private final ExecutorService threads;
  private final Map<String, FutureTask<Map<String, Object>>> syncs = new ConcurrentHashMap<>();

  Mirror(Config config, Sealed sealed, Tokens tokens, Api api, ExecutorService threads) {
    this.directory = config.dataDir().resolve("participants");
    this.sealed = sealed;
    this.tokens = tokens;
    this.api = api;
    this.threads = threads;
  }

  /**
   * What is held of one participant: of its last delivery, when it happened by Revento's clock and
   * which it was; and when the row was written, by ours.
   */
  private record Held(JsonObject row, String occurredAt, String deliveryId, long writtenAt) {
    Held with(JsonObject newer) {
      return new Held(newer, occurredAt, deliveryId, System.currentTimeMillis());
    }
  }

  private Path of(String eventId) {
    return directory.resolve(Sealed.fileName(eventId));
  }

  List<JsonObject> participants(String eventId) throws IOException {
    return sealed.readAll(of(eventId), Held.class).stream().map(Held::row).toList();
  }

  /** Changes what is held of one participant; `change` returns what it was given to leave it. */
  private void remember(
      String eventId, String organizationId, String participantId, UnaryOperator<Held> change)
      throws IOException {
    var name = Sealed.fileName(eventId, participantId) + Sealed.SUFFIX;
    var path = of(eventId).resolve(name);
    Sealed.inTurn(
        directory,
        () -> {
          // A deletion that comes from now on waits for its turn, and then deletes what is written
          // here.
          if (tokens.isDeleted(eventId, organizationId)) return null;
          var held = held(path).orElse(new Held(new JsonObject(), "", "", 0));
          var next = change.apply(held);
          if (next != held) sealed.write(path, next);
          return null;
        });
  }

  /** What a file holds; empty where it is damaged: then it is written again. */
  private Optional<Held> held(Path path) throws IOException {
    try {
      return sealed.read(path, Held.class);
    } catch (Sealed.DamagedException damaged) {
      Log.line("file not read", "error", damaged.getMessage());
      return Optional.empty();
    }
  }

  private Void forget(String eventId) throws IOException {
    try (var paths = Files.newDirectoryStream(of(eventId))) {
      for (var path : paths) Files.deleteIfExists(path);
    } catch (NoSuchFileException none) {
      // nothing is held
    }
    return null;
  }

  /** What a delivery changes. It contains a snapshot, so no API request is needed. */
  void work(Webhooks.Event event, String deliveryId) throws IOException {
    if (event.type().equals(Webhooks.DELETION)) {
      Sealed.inTurn(directory, () -> forget(event.eventId()));
      return;
    }
    var changes = changesOf(event);
    if (!(changes.get("id") instanceof JsonPrimitive id)) return; // unknown, or not needed here
    remember(
        event.eventId(),
        event.organizationId(),
        id.getAsString(),
        held -> {
          if (held.deliveryId.equals(deliveryId)) return held; // a crash came before its mark
          if (held.occurredAt.compareTo(event.occurredAt()) > 0) return held; // a newer one came
          var row = held.row.deepCopy();
          changes.entrySet().forEach(field -> row.add(field.getKey(), field.getValue()));
          return new Held(row, event.occurredAt(), deliveryId, System.currentTimeMillis());
        });
  }

  private static JsonObject changesOf(Webhooks.Event event) {
    if (!(event.data() instanceof JsonObject data)) return new JsonObject();
    if (event.type().startsWith("participant.")) return data;
    var changes = new JsonObject();
    if (event.type().startsWith("application.")) {
      var names =
          Map.of(
              "participant_id", "id",
              "status", "application_status",
              "user_id", "user_id",
              "custom_form_fields", "custom_form_fields");
      names.forEach(
          (sent, held) -> {
            if (data.has(sent)) changes.add(held, data.get(sent));
          });
    }
    return changes;
  }

  /** Reads an event; concurrent calls share one read. */
  Map<String, Object> sync(String eventId) throws ExecutionException, InterruptedException {
    var task = new FutureTask<>(() -> readEvent(eventId));
    var running = syncs.putIfAbsent(eventId, task);
    if (running != null) return running.get();
    try {
      task.run();
    } finally {
      syncs.remove(eventId);
    }
    return task.get();
  }

  private Map<String, Object> readEvent(String eventId) throws Exception {
    var login = tokens.loginFor(eventId);
    var path = "/events/" + Http.encoded(eventId);
    var result = new LinkedHashMap<String, Object>();
    result.put("event_id", eventId);
    result.put("title", api.get(eventId, path).get("title"));
    var participants =
        permitted(
            login, "participants.read", () -> readParticipants(login, path + "/participants"));
    var activities =
        permitted(
            login, "program.read", () -> api.eachRow(eventId, path + "/activities", row -> {}));
    result.put("participants", participants.get());
    result.put("activities", activities.get());
    return result;
  }

  private Future<Object> permitted(Login login, String scope, Callable<Object> read) {
    return threads.submit(() -> login.mayRead(scope) ? read.call() : "not permitted");
  }

  private int readParticipants(Login login, String path) throws IOException, InterruptedException {
    var startedAt = System.currentTimeMillis();
    return api.eachRow(
        login.eventId(),
        path,
        row ->
            remember(
                login.eventId(),
                login.organizationId(),
                row.get("id").getAsString(),
                // What a delivery wrote meanwhile is newer than this page.
                held -> held.writtenAt > startedAt ? held : held.with(row)));
  }
}

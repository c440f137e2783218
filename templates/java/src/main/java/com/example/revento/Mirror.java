package com.example.revento;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;

/** The mirror of participants that webhooks and syncs keep up to date. */
final class Mirror {
  /** What is held of a participant, by its name in the data of `application.*`. */
  private static final Map<String, String> APPLICATION_FIELDS =
      Map.of(
          "participant_id", "id",
          "status", "application_status",
          "user_id", "user_id",
          "custom_form_fields", "custom_form_fields");

  private final Path directory;
  private final Sealed sealed;
  private final Tokens tokens;
  private final Api api;
  private final Map<String, FutureTask<Map<String, Object>>> syncs = new ConcurrentHashMap<>();

  Mirror(Config config, Sealed sealed, Tokens tokens, Api api) {
    this.directory = config.dataDir.resolve("participants");
    this.sealed = sealed;
    this.tokens = tokens;
    this.api = api;
  }

  /**
   * What is held of one participant: of its last change, when it happened by Revento's clock and
   * the delivery that reported it; and when the row was written, by ours.
   */
  private record Held(JsonObject row, String occurredAt, String deliveryId, long writtenAt) {
    Held(JsonObject row, String occurredAt, String deliveryId) {
      this(row, occurredAt, deliveryId, System.currentTimeMillis());
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
    var path = of(eventId).resolve(Sealed.fileName(eventId, participantId) + Sealed.SUFFIX);
    Sealed.inTurn(
        directory,
        () -> {
          // A deletion from now on waits for its turn, and then deletes what is written here.
          if (tokens.isDeleted(eventId, organizationId)) return;
          var found = sealed.read(path, Held.class);
          var held = found == null ? new Held(new JsonObject(), "", "", 0) : found;
          var next = change.apply(held);
          if (next != held) sealed.write(path, next);
        });
  }

  private void forget(String eventId) throws IOException {
    var files = of(eventId).toFile().listFiles();
    for (var file : files == null ? new File[0] : files) Files.deleteIfExists(file.toPath());
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
          return new Held(row, event.occurredAt(), deliveryId);
        });
  }

  private static JsonObject changesOf(Webhooks.Event event) {
    if (!(event.data() instanceof JsonObject data)) return new JsonObject();
    if (event.type().startsWith("participant.")) return data;
    var changes = new JsonObject();
    if (event.type().startsWith("application.")) {
      data.entrySet().stream()
          .filter(field -> APPLICATION_FIELDS.containsKey(field.getKey()))
          .forEach(field -> changes.add(APPLICATION_FIELDS.get(field.getKey()), field.getValue()));
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
    var title = api.get(eventId, path).get("title");
    var participants =
        permitted(
            login, "participants.read", () -> readParticipants(login, path + "/participants"));
    var activities =
        permitted(
            login, "program.read", () -> api.eachRow(eventId, path + "/activities", row -> {}));
    var result = new LinkedHashMap<String, Object>();
    result.put("event_id", eventId);
    result.put("title", title);
    result.put("participants", participants.get());
    result.put("activities", activities.get());
    return result;
  }

  private static Future<Object> permitted(Login login, String scope, Callable<Object> read) {
    var task = new FutureTask<>(() -> login.mayRead(scope) ? read.call() : "not permitted");
    new Thread(task).start();
    return task;
  }

  private int readParticipants(Login login, String path) throws Exception {
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
                held -> held.writtenAt > startedAt ? held : read(row, held)));
  }

  /** A delivery from before the last review, which comes later, is older than this row. */
  private static Held read(JsonObject row, Held held) {
    var reviewedAt =
        row.get("last_reviewed_at") instanceof JsonPrimitive at ? at.getAsString() : "";
    var isNewer = reviewedAt.compareTo(held.occurredAt) > 0;
    return new Held(row, isNewer ? reviewedAt : held.occurredAt, held.deliveryId);
  }
}

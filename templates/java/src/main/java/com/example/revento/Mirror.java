package com.example.revento;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;

/** The mirror of participants that webhooks and syncs keep up to date. */
record Mirror(Config config, Sealed sealed, Tokens tokens, Api api) {
  /** What is held of a participant, by its name in the data of `application.*`. */
  private static final Map<String, String> APPLICATION_FIELDS =
      Map.of(
          "participant_id", "id",
          "status", "application_status",
          "user_id", "user_id",
          "custom_form_fields", "custom_form_fields");

  private static final Map<String, FutureTask<Map<String, Object>>> SYNCS =
      new ConcurrentHashMap<>();

  /**
   * What is held of one participant: of its last change, when it happened by Revento's clock and
   * the delivery that reported it; and when the row was written, by ours.
   */
  private record Held(JsonObject row, String occurredAt, String deliveryId, long writtenAt) {}

  private Path directory() {
    return config.dataDir.resolve("participants");
  }

  private Path of(String eventId) {
    return directory().resolve(Sealed.fileName(eventId));
  }

  List<JsonObject> participants(String eventId) throws IOException {
    return sealed.readAll(of(eventId), Held.class).stream().map(Held::row).toList();
  }

  /** Changes what is held of one participant; `change` returns what it was given to leave it. */
  private void remember(
      String eventId, String organizationId, JsonObject changes, UnaryOperator<Held> change)
      throws IOException {
    if (!(changes.get("id") instanceof JsonPrimitive id)) return; // unknown, or not needed here
    var name = Sealed.fileName(eventId, id.getAsString());
    var path = of(eventId).resolve(name + Sealed.SUFFIX);
    Sealed.inTurn(
        directory(),
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
      Sealed.inTurn(directory(), () -> forget(event.eventId()));
      return;
    }
    var changes = changesOf(event);
    remember(
        event.eventId(),
        event.organizationId(),
        changes,
        held -> {
          if (held.deliveryId.equals(deliveryId)) return held; // a crash came before its mark
          if (held.occurredAt.compareTo(event.occurredAt()) > 0) return held; // a newer one came
          var row = held.row.deepCopy();
          changes.entrySet().forEach(field -> row.add(field.getKey(), field.getValue()));
          return new Held(row, event.occurredAt(), deliveryId, System.currentTimeMillis());
        });
  }

  private static JsonObject changesOf(Webhooks.Event event) {
    var changes = new JsonObject();
    if (!(event.data() instanceof JsonObject data)) return changes;
    if (event.type().startsWith("participant.")) return data;
    if (!event.type().startsWith("application.")) return changes;
    APPLICATION_FIELDS.forEach(
        (from, to) -> {
          if (data.has(from)) changes.add(to, data.get(from));
        });
    return changes;
  }

  /** Reads an event; concurrent calls share one read. */
  Map<String, Object> sync(String eventId) throws Exception {
    var task = new FutureTask<>(() -> readEvent(eventId));
    var running = SYNCS.putIfAbsent(eventId, task);
    if (running != null) return running.get();
    try {
      task.run();
      return task.get();
    } finally {
      SYNCS.remove(eventId);
    }
  }

  private Map<String, Object> readEvent(String eventId) throws Exception {
    var login = tokens.loginFor(eventId);
    var startedAt = Instant.now();
    // A read is as new as what is held, unless a sandbox had its clock ahead: a delivery from
    // before
    // that is older.
    var newest =
        sealed.readAll(of(eventId), Held.class).stream()
            .map(Held::occurredAt)
            .filter(time -> time.compareTo(startedAt.toString()) < 0)
            .max(Comparator.naturalOrder())
            .orElse("");
    var path = "/events/" + Http.encoded(eventId);
    var title = api.get(eventId, path).get("title");
    Api.RowReader keep = row -> keep(login, row, startedAt, newest);
    var participants = started(login, "participants.read", path + "/participants", keep);
    var activities = started(login, "program.read", path + "/activities", row -> {});
    var result = new LinkedHashMap<String, Object>();
    result.put("event_id", eventId);
    result.put("title", title);
    result.put("participants", participants.get());
    result.put("activities", activities.get());
    return result;
  }

  private Future<Object> started(Login login, String scope, String path, Api.RowReader reader) {
    Callable<Object> read = () -> api.eachRow(login.eventId(), path, reader);
    var task = new FutureTask<>(login.mayRead(scope) ? read : () -> "not permitted");
    new Thread(task).start();
    return task;
  }

  private void keep(Login login, JsonObject row, Instant startedAt, String newest)
      throws IOException {
    var review = row.get("last_reviewed_at") instanceof JsonPrimitive at ? at.getAsString() : "";
    remember(
        login.eventId(),
        login.organizationId(),
        row,
        held -> {
          var now = System.currentTimeMillis();
          // What a delivery wrote meanwhile is newer than this row.
          if (held.writtenAt > startedAt.toEpochMilli()) return held;
          var occurredAt = Collections.max(List.of(held.occurredAt, review, newest));
          return new Held(row, occurredAt, held.deliveryId, now);
        });
  }
}

package com.example.revento;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  private static final Map<String, FutureTask<Synced>> SYNCS = new ConcurrentHashMap<>();

  /** What a sync read: counts, or that it was not permitted. */
  record Synced(String eventId, String title, Object participants, Object activities) {}

  /**
   * What is held of one participant: of its last change, when it happened by Revento's clock and
   * the delivery that reported it; and when the row was written, by ours.
   */
  private record Held(JsonObject row, String occurredAt, String deliveryId, long writtenAt) {}

  private Path of(String eventId) throws Exception {
    return config.dataDir.resolve("participants").resolve(Sealed.fileName(eventId));
  }

  List<JsonObject> participants(String eventId) throws Exception {
    return sealed.readAll(of(eventId), Held.class).stream().map(Held::row).toList();
  }

  /** Changes what is held of one participant; `change` returns what it was given to leave it. */
  private void remember(Login login, String id, UnaryOperator<Held> change) throws Exception {
    var eventId = login.eventId();
    var path = of(eventId).resolve(Sealed.fileName(eventId, id) + Sealed.SUFFIX);
    Sealed.inTurn(
        config.dataDir.resolve("mirror"),
        () -> {
          // A deletion from now on waits for its turn, and then deletes what is written here.
          if (tokens.isDeleted(login)) return null;
          var found = sealed.read(path, Held.class);
          var held = found == null ? new Held(new JsonObject(), "", "", 0) : found;
          var next = change.apply(held);
          return next == held ? held : sealed.write(path, next);
        });
  }

  private Void forget(String eventId) throws Exception {
    for (var path : Sealed.files(of(eventId), "")) Files.deleteIfExists(path);
    return null;
  }

  /** What a delivery changes. It contains a snapshot, so no API request is needed. */
  void work(Webhooks.Event event, String deliveryId) throws Exception {
    if (event.type().equals(Webhooks.DELETION)) {
      Sealed.inTurn(config.dataDir.resolve("mirror"), () -> forget(event.eventId()));
      return;
    }
    var changes = changesOf(event);
    var id = Json.text(changes, "id");
    // A type that this integration does not know, or does not need.
    if (id.isEmpty() || event.eventId() == null || event.organizationId() == null) return;
    if (event.occurredAt() == null) return;
    remember(
        event.connection(),
        id,
        held -> {
          // A crash came before its mark, or something newer came first.
          var isOlder = held.occurredAt.compareTo(event.occurredAt()) > 0;
          if (isOlder || held.deliveryId.equals(deliveryId)) return held;
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
    for (var field : APPLICATION_FIELDS.entrySet()) {
      var value = data.get(field.getKey());
      if (value != null && !value.isJsonNull()) changes.add(field.getValue(), value);
    }
    return changes;
  }

  /** Reads an event; concurrent calls share one read. */
  Synced sync(String eventId) throws Exception {
    var task = new FutureTask<>(() -> readEvent(eventId));
    var running = SYNCS.putIfAbsent(eventId, task);
    if (running != null) return running.get();
    task.run(); // which keeps a failure for get
    SYNCS.remove(eventId);
    return task.get();
  }

  private Synced readEvent(String eventId) throws Exception {
    var login = tokens.loginFor(eventId);
    var startedAt = Instant.now();
    // A read is as new as what is held, unless a sandbox had its clock ahead: what happened before
    // that is older.
    var newest =
        sealed.readAll(of(eventId), Held.class).stream()
            .map(Held::occurredAt)
            .filter(time -> time.compareTo(startedAt.toString()) < 0)
            .max(String::compareTo)
            .orElse("");
    var title = Json.text(api.get(eventId, "").body(), "title");
    var activities = new FutureTask<>(() -> read(login, "program.read", "/activities", row -> {}));
    new Thread(activities).start();
    Api.RowReader keep = row -> keep(login, row, startedAt.toEpochMilli(), newest);
    var participants = read(login, "participants.read", "/participants", keep);
    return new Synced(eventId, title, participants, activities.get());
  }

  /** Reads a list if the organizer permitted it: all but `event.read` may have been left out. */
  private Object read(Login login, String scope, String path, Api.RowReader reader)
      throws Exception {
    var isPermitted = (" " + login.scope() + " ").contains(" " + scope + " ");
    return isPermitted ? api.eachRow(login.eventId(), path, reader) : "not permitted";
  }

  private void keep(Login login, JsonObject row, long startedAt, String newest) throws Exception {
    var review = Json.text(row, "last_reviewed_at");
    remember(
        login,
        row.get("id") instanceof JsonPrimitive id ? id.getAsString() : "", // text, if it is right
        held -> {
          // What a delivery wrote meanwhile is newer than this row.
          if (held.writtenAt > startedAt) return held;
          var occurredAt = Collections.max(List.of(held.occurredAt, review, newest));
          return new Held(row, occurredAt, held.deliveryId, System.currentTimeMillis());
        });
  }
}

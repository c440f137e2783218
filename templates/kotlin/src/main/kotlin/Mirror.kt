package com.example.revento

import com.google.gson.JsonObject
import java.nio.file.Path
import java.time.Instant
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.FutureTask
import kotlin.concurrent.thread
import kotlin.io.path.deleteIfExists

/** The mirror of participants that webhooks and syncs keep up to date. */
class Mirror(config: Config, private val sealed: Sealed, private val tokens: Tokens, private val api: Api) {
    private val directory = config.dataDir.resolve("participants")
    private val syncs = ConcurrentHashMap<String, FutureTask<Map<String, Any?>>>()

    /**
     * What is held of one participant: of its last change, when it happened by Revento's clock and the delivery that
     * reported it; and when the row was written, by ours.
     */
    private data class Held(
        val row: JsonObject = JsonObject(),
        val occurredAt: String = "",
        val deliveryId: String = "",
        val writtenAt: Long = 0,
    )

    private fun of(eventId: String?) = directory.resolve(fileName(eventId))

    private fun held(eventId: String) = sealed.readAll<Held>(of(eventId))

    fun participants(eventId: String): List<JsonObject> = held(eventId).map { it.row }

    /** Changes what is held of one participant; [change] returns null to leave it. */
    private fun remember(eventId: String?, organizationId: String?, participant: String, change: (Held) -> Held?) {
        directory.inTurn {
            // A deletion that comes from now on waits for its turn, and then deletes what is written here.
            if (tokens.isDeleted(eventId, organizationId)) return@inTurn
            val path = of(eventId).resolve(fileName(eventId, participant) + SEALED)
            val next = change(sealed.read<Held>(path) ?: Held()) ?: return@inTurn
            sealed.write(path, next.copy(writtenAt = System.currentTimeMillis()))
        }
    }

    private fun forget(eventId: String?) = directory.inTurn {
        of(eventId).toFile().listFiles().orEmpty().forEach { it.toPath().deleteIfExists() }
    }

    /** What a delivery changes. It contains a snapshot, so no API request is needed. */
    fun work(delivery: Delivery) {
        if (delivery.type == DELETION) return forget(delivery.eventId)
        val changes = changesOf(delivery)
        val id = changes.text("id") ?: return // a type that this integration does not know, or does not need
        remember(delivery.eventId, delivery.organizationId, id) { held ->
            when {
                // A crash came before its mark.
                held.deliveryId == delivery.id -> null
                // A newer delivery came first.
                held.occurredAt > delivery.occurredAt -> null
                else -> held.copy(row = held.row + changes, occurredAt = delivery.occurredAt, deliveryId = delivery.id)
            }
        }
    }

    private fun changesOf(delivery: Delivery): JsonObject {
        val kind = delivery.type.substringBefore('.')
        if (kind == "participant") return delivery.data
        val changes = JsonObject()
        if (kind == "application") {
            for ((sent, held) in applicationFields) delivery.data.get(sent)?.let { changes.add(held, it) }
        }
        return changes
    }

    /** Reads an event; concurrent calls share one read. */
    fun sync(eventId: String): Map<String, Any?> {
        val task = FutureTask { readEvent(eventId) }
        syncs.putIfAbsent(eventId, task)?.let { return it.get() }
        try {
            task.run()
        } finally {
            syncs.remove(eventId)
        }
        return task.get()
    }

    private fun readEvent(eventId: String): Map<String, Any?> {
        val login = tokens.loginFor(eventId)
        val startedAt = Instant.now()
        // A read is as new as what is held, unless a sandbox had its clock ahead: a delivery from before that is older.
        val newest = held(eventId).map { it.occurredAt }.filter { it < "$startedAt" }.maxOrNull().orEmpty()
        val path = "/events/${encoded(eventId)}"
        val title = api.get(eventId, path).get("title")
        val participants = login.started("participants.read", "$path/participants") {
            keep(login, it, startedAt, newest)
        }
        val activities = login.started("program.read", "$path/activities") {}
        return mapOf(
            "event_id" to eventId,
            "title" to title,
            "participants" to participants.get(),
            "activities" to activities.get(),
        )
    }

    private fun Login.started(scope: String, path: String, take: (JsonObject) -> Unit): FutureTask<Any> {
        val task = FutureTask<Any> {
            if (mayRead(scope)) api.rows("$eventId", path).onEach(take).count() else "not permitted"
        }
        thread { task.run() }
        return task
    }

    private fun keep(login: Login, row: JsonObject, startedAt: Instant, newest: String) {
        val reviewedAt = row.text("last_reviewed_at").orEmpty()
        remember(login.eventId, login.organizationId, row.get("id").asString) { held ->
            // What a delivery wrote meanwhile is newer than this row.
            val isNewer = held.writtenAt > startedAt.toEpochMilli()
            if (isNewer) null else held.copy(row = row, occurredAt = maxOf(held.occurredAt, reviewedAt, newest))
        }
    }
}

private operator fun JsonObject.plus(changes: JsonObject) = deepCopy().apply {
    for ((name, value) in changes.entrySet()) add(name, value)
}

private val applicationFields = mapOf(
    "participant_id" to "id",
    "status" to "application_status",
    "user_id" to "user_id",
    "custom_form_fields" to "custom_form_fields",
)

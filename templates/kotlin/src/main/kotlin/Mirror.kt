package com.example.revento

import com.google.gson.JsonObject
import java.time.Instant
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.FutureTask

/** What a sync has read: how many of each, or that the organizer did not permit it. */
data class Synced(val eventId: String, val title: String?, val participants: Any, val activities: Any)

/** The mirror of participants that webhooks and syncs keep up to date. */
class Mirror(config: Config, private val sealed: Sealed, private val tokens: Tokens, private val api: Api) {
    private val directory = config.dataDir.resolve("participants")
    private val syncs = ConcurrentHashMap<String, FutureTask<Synced>>()

    /**
     * What is held of one participant: of its last change, when it happened by Revento's clock and the delivery that
     * reported it; and when the row was written, by ours.
     */
    private data class Held(val row: JsonObject, val occurredAt: String, val deliveryId: String, val writtenAt: Long)

    private fun of(eventId: String?) = directory.resolve(fileName(eventId))

    private fun held(eventId: String) = sealed.readAll<Held>(of(eventId))

    fun participants(eventId: String): List<JsonObject> = held(eventId).map { it.row }

    /** Changes what is held of one participant; [change] returns null to leave it. */
    private fun remember(eventId: String, organizationId: String?, participant: String, change: (Held) -> Held?) =
        directory.inTurn {
            val file = of(eventId).resolve(fileName(eventId, participant) + SEALED)
            // A deletion that comes from now on waits for its turn, and then deletes what is written here.
            if (tokens.isDeleted(eventId, organizationId)) return@inTurn
            val next = change(sealed.read(file) ?: Held(JsonObject(), "", "", 0)) ?: return@inTurn
            sealed.write(file, next.copy(writtenAt = System.currentTimeMillis()))
        }

    /** What a delivery changes. It contains a snapshot, so no API request is needed. */
    fun work(delivery: Delivery) {
        val mirror = of(delivery.eventId)
        if (delivery.type == DELETION) return directory.inTurn { filesIn(mirror).forEach { check(it.delete()) } }
        val changes = changesOf(delivery)
        // A type that this integration does not know, or does not need.
        val (id, occurredAt) = listOf(changes.text("id"), delivery.body.text("occurred_at")).map { it ?: return }
        val (eventId, organizationId) = listOf(delivery.eventId, delivery.organizationId).map { it ?: return }
        remember(eventId, organizationId, id) { held ->
            // A crash came before its mark, or a newer delivery or a read came first.
            if (held.deliveryId == delivery.id || held.occurredAt > occurredAt) return@remember null
            val row = held.row.deepCopy().apply { asMap() += changes.asMap() }
            held.copy(row = row, occurredAt = occurredAt, deliveryId = delivery.id)
        }
    }

    private fun changesOf(delivery: Delivery): JsonObject = when (delivery.type.substringBefore('.')) {
        "participant" -> delivery.data
        "application" -> JsonObject().apply {
            for ((sent, held) in takenOver) delivery.data.get(sent)?.takeUnless { it.isJsonNull }?.let { add(held, it) }
        }
        else -> JsonObject()
    }

    /** Reads an event; concurrent calls share one read. */
    fun sync(eventId: String): Synced {
        val task = FutureTask { readEvent(eventId) }
        val running = syncs.putIfAbsent(eventId, task) ?: task
        if (running === task) task.run().also { syncs.remove(eventId) }
        return running.get()
    }

    private fun readEvent(eventId: String): Synced {
        val login = tokens.loginFor(eventId)
        val startedAt = Instant.now()
        // A read is as new as what is held, unless a sandbox had its clock ahead: a delivery from before that is older.
        val newest = held(eventId).map { it.occurredAt }.filter { it < "$startedAt" }.maxOrNull().orEmpty()
        val path = "/events/${encoded(eventId)}"
        val (event) = api.get(eventId, path)

        // All but `event.read` may have been left out.
        val scopes = login.scope.orEmpty().split(' ')
        fun read(list: String, scope: String, take: (JsonObject) -> Unit = {}): Any =
            if (scope in scopes) api.rows(eventId, "$path/$list").onEach(take).count() else "not permitted"

        val activities = FutureTask { read("activities", "program.read") }
        Thread(activities).start()
        val participants = read("participants", "participants.read") { row ->
            remember(eventId, login.organizationId, row.text("id") ?: "${row.get("id")}") { held ->
                // What a delivery wrote meanwhile is newer than this row.
                if (held.writtenAt > startedAt.toEpochMilli()) return@remember null
                held.copy(row, occurredAt = maxOf(held.occurredAt, row.text("last_reviewed_at").orEmpty(), newest))
            }
        }
        return Synced(eventId, event.text("title"), participants, activities.get())
    }
}

/** What is taken over of an application, by its names in the mirror. */
private val takenOver = listOf("user_id", "custom_form_fields").associateWith { it } +
    mapOf("participant_id" to "id", "status" to "application_status")

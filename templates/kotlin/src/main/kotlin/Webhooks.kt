package com.example.revento

import com.google.gson.JsonObject
import com.sun.net.httpserver.Headers
import java.util.concurrent.ArrayBlockingQueue
import java.util.concurrent.TimeUnit.SECONDS
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec
import kotlin.concurrent.thread
import kotlin.math.abs

const val DELETION = "data.deletion_required"
private const val TOLERANCE_SECONDS = 300

/** A delivery; for what concerns the whole integration the ids of event and organization are null. */
data class Delivery(val id: String, val receivedAt: Long, val body: JsonObject) {
    val type get() = body.text("type").orEmpty()
    val eventId get() = body.text("event_id")
    val organizationId get() = body.text("organization_id")
    val data get() = body.get("data") as? JsonObject ?: JsonObject()

    fun logged(message: String, vararg more: Pair<String, Any?>) =
        log(message, "delivery_id" to id, "event_id" to eventId, "type" to type, *more)
}

/** Deliveries: verified by their raw bytes, stored before they are acknowledged, processed afterward. */
class Webhooks(private val config: Config, private val sealed: Sealed, private val tokens: Tokens) {
    private val inbox = config.dataDir.resolve("inbox")
    private val arrived = ArrayBlockingQueue<Unit>(1)

    private fun waiting(id: String) = inbox.resolve(fileName(id) + SEALED)

    private fun mark(id: String) = config.dataDir.resolve("worked").resolve(fileName(id))

    /** Whether Revento signed these bytes with one of our secrets, within the last five minutes. */
    private fun isGenuine(body: ByteArray, timestamp: String, signature: String): Boolean {
        if (!Regex("[0-9]{1,12}").matches(timestamp)) return false
        if (abs(System.currentTimeMillis() / 1_000 - timestamp.toLong()) > TOLERANCE_SECONDS) return false
        return config.webhookSecrets.map { isEqual(signature, signed(it, timestamp, body)) }.any { it }
    }

    /** The status for a delivery. It is on disk before it is acknowledged, so a crash loses nothing. */
    fun receive(headers: Headers, body: ByteArray): Int {
        val names = listOf("Delivery-Id", "Event", "Timestamp", "Signature")
        val (id, event, timestamp, signature) = names.map { headers["X-Revento-$it"]?.singleOrNull().orEmpty() }
        if (id == "" || event == "" || !isGenuine(body, timestamp, signature)) {
            log("delivery refused")
            return 401
        }
        // Only now: nobody but Revento gets here.
        val delivery = Delivery(id, System.currentTimeMillis(), parseObject(body.decodeToString()) ?: return 400)
        if (delivery.type == "") return 400
        // In this order: a delivery that has left the inbox is marked already.
        val isRepeat = exists(waiting(id)) || exists(mark(id))
        delivery.logged("delivery received", "repeat" to isRepeat)
        if (isRepeat) return 204
        // Requests stop at once; the worker deletes the stored data. The type is that of the body: headers are not
        // signed.
        if (delivery.type == DELETION) tokens.end(delivery.eventId, delivery.organizationId, DELETION)
        sealed.write(waiting(id), delivery)
        arrived.offer(Unit)
        return 204
    }

    /** Processes deliveries for as long as the program runs. */
    fun workDeliveries(work: (Delivery) -> Unit) = thread(isDaemon = true) {
        while (true) {
            runCatching { workWaiting(work) }.onFailure { log("inbox failed", "error" to "$it") }
            arrived.poll(10, SECONDS) // comes back for what failed
        }
    }

    /**
     * Processes the inbox, oldest first, in one process at a time.
     *
     * A crash between the work and its mark calls [work] again, so it has to write the id of the delivery together with
     * what it changes: here in one file, with a database in one transaction.
     */
    fun workWaiting(work: (Delivery) -> Unit) = inbox.inTurn {
        for (delivery in sealed.readAll<Delivery>(inbox).sortedBy { it.receivedAt }) {
            runCatching {
                // The mark is there when a crash came right after it, or the same delivery twice at once.
                if (!exists(mark(delivery.id))) work(delivery)
                createOnce(mark(delivery.id))
                waiting(delivery.id).delete()
                delivery.logged("delivery worked")
            }.onFailure { delivery.logged("delivery failed", "error" to "$it") }
        }
    }
}

/** The signature of a delivery. */
private fun signed(secret: String, timestamp: String, body: ByteArray): String = Mac.getInstance("HmacSHA256").run {
    init(SecretKeySpec(secret.toByteArray(), algorithm))
    "sha256=" + doFinal("$timestamp.".toByteArray() + body).toHexString()
}

package com.example.revento

import com.google.gson.JsonObject
import com.google.gson.JsonParseException
import com.sun.net.httpserver.Headers
import java.security.MessageDigest
import java.time.Instant
import java.util.HexFormat
import java.util.concurrent.Semaphore
import java.util.concurrent.TimeUnit.SECONDS
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec
import kotlin.concurrent.thread
import kotlin.io.path.deleteIfExists
import kotlin.io.path.exists
import kotlin.math.abs

private const val TOLERANCE_SECONDS = 300

private val timestampForm = Regex("[0-9]{1,12}")
private val signatureForm = Regex("sha256=([0-9a-f]{64})")

const val DELETION = "data.deletion_required"

/** A delivery; for what concerns the whole integration the ids of event and organization are null. */
data class Delivery(val id: String, val receivedAt: Long, val body: JsonObject) {
    val type get() = body.text("type").orEmpty()
    val occurredAt get() = body.text("occurred_at").orEmpty()
    val eventId get() = body.text("event_id")
    val organizationId get() = body.text("organization_id")
    val data get() = body.get("data") as? JsonObject ?: JsonObject()

    fun logged(message: String, vararg more: Pair<String, Any?>) =
        log(message, "delivery_id" to id, "event_id" to eventId, "type" to type, *more)
}

/** Deliveries: verified by their raw bytes, stored before they are acknowledged, processed afterward. */
class Webhooks(private val config: Config, private val sealed: Sealed, private val tokens: Tokens) {
    private val inbox = config.dataDir.resolve("inbox")
    private val worked = config.dataDir.resolve("worked")
    private val arrived = Semaphore(0)

    private fun waiting(id: String) = inbox.resolve(fileName(id) + SEALED)

    private fun mark(id: String) = worked.resolve(fileName(id))

    /** Whether Revento signed these bytes with one of our secrets, within the last five minutes. */
    fun isGenuine(body: ByteArray, timestamp: String, signature: String): Boolean {
        val claimed = signatureForm.matchEntire(signature)?.groupValues?.get(1) ?: return false
        if (!timestampForm.matches(timestamp)) return false
        if (abs(Instant.now().epochSecond - timestamp.toLong()) > TOLERANCE_SECONDS) return false
        val given = HexFormat.of().parseHex(claimed)
        return config.webhookSecrets.map { MessageDigest.isEqual(hmac(it, timestamp, body), given) }.any { it }
    }

    /** The status for a delivery. It is on disk before it is acknowledged, so a crash loses nothing. */
    fun receive(headers: Headers, body: ByteArray): Int {
        val id = headers.getFirst("X-Revento-Delivery-Id").orEmpty()
        val timestamp = headers.getFirst("X-Revento-Timestamp").orEmpty()
        val signature = headers.getFirst("X-Revento-Signature").orEmpty()
        val isComplete = id != "" && "X-Revento-Event" in headers
        if (!isComplete || !isGenuine(body, timestamp, signature)) {
            log("delivery refused")
            return 401
        }
        val delivery = try { // only now: nobody but Revento gets here
            Delivery(id, System.currentTimeMillis(), parseObject(body.decodeToString()))
        } catch (_: JsonParseException) {
            return 400
        }
        // In this order: a delivery that has left the inbox is marked already.
        val isRepeat = waiting(id).exists() || mark(id).exists()
        delivery.logged(if (isRepeat) "delivery repeated" else "delivery received")
        if (isRepeat) return 204
        // Requests stop at once; the worker deletes the stored data. The type is that of the body: headers are not
        // signed.
        if (delivery.type == DELETION) tokens.end(delivery.eventId, delivery.organizationId, DELETION)
        sealed.write(waiting(id), delivery)
        arrived.release()
        return 204
    }

    /** Processes deliveries for as long as the program runs. */
    fun workDeliveries(work: (Delivery) -> Unit) = thread(isDaemon = true) {
        sweep(config.dataDir)
        while (true) {
            try {
                workWaiting(work)
            } catch (failed: Exception) {
                log("inbox failed", "error" to "$failed")
            }
            arrived.tryAcquire(10, SECONDS) // comes back for what failed
            arrived.drainPermits()
        }
    }

    /**
     * Processes the inbox, oldest first, in one process at a time.
     *
     * A crash between the work and its mark calls [work] again, so it has to write the id of the delivery together with
     * what it changes: here in one file, with a database in one transaction.
     */
    fun workWaiting(work: (Delivery) -> Unit) = inbox.inTurn {
        sealed.readAll<Delivery>(inbox).sortedBy { it.receivedAt }.forEach { finish(it, work) }
    }

    private fun finish(delivery: Delivery, work: (Delivery) -> Unit) = try {
        val mark = mark(delivery.id)
        // The mark is there when a crash came right after it, or the same delivery twice at once.
        if (!mark.exists()) {
            work(delivery)
            createOnce(mark)
        }
        waiting(delivery.id).deleteIfExists()
        delivery.logged("delivery worked")
    } catch (failed: Exception) {
        delivery.logged("delivery failed", "error" to "$failed")
    }
}

private fun hmac(secret: ByteArray, timestamp: String, body: ByteArray): ByteArray = Mac.getInstance("HmacSHA256").run {
    init(SecretKeySpec(secret, "HmacSHA256"))
    update("$timestamp.".toByteArray())
    doFinal(body)
}

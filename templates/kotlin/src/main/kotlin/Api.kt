package com.example.revento

import com.google.gson.JsonObject
import java.io.IOException
import java.net.URI
import java.net.http.HttpRequest
import java.time.Duration
import java.time.Instant
import java.util.UUID
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Semaphore
import kotlin.random.Random
import kotlin.time.measureTimedValue

private const val TRIES = 5
private const val IN_FLIGHT = 5

/** Lists longer than this are read at the pace that the limit of 30 a minute allows. */
private const val PAGES_AT_ONCE = 20

/** A pause that is longer is taken for a mistake. */
private const val LONGEST_PAUSE_SECONDS = 3_600L

/** A request that failed; [status] is 0 where there was no answer, or half of one; [code] is Revento's error code. */
private class ApiError(message: String, val status: Int = 0, val code: String = "", val retryAfter: Duration? = null) :
    IOException(message)

/** What all requests for one event share: places in flight, and a pause that Revento asked for. */
private class Gate {
    private val places = Semaphore(IN_FLIGHT, true)

    @Volatile var pausedUntil: Instant = Instant.MIN

    fun <T> inTurn(work: () -> T): T {
        places.acquire()
        try {
            while (Instant.now() < pausedUntil) Thread.sleep(10)
            return work()
        } finally {
            places.release()
        }
    }
}

/** Reads of the API: what to do about each error, limits, and lists page by page. */
class Api(private val config: Config, private val tokens: Tokens, private val oauth: OAuth) {
    private val client = httpClient()
    private val gates = ConcurrentHashMap<String, Gate>()

    /** The JSON of one resource of an event. */
    fun get(eventId: String, path: String): JsonObject {
        val gate = gates.computeIfAbsent(eventId) { Gate() }
        var hasRefreshed = false
        var attempt = 0
        while (true) {
            val login = tokens.loginFor(eventId)
            try {
                return gate.inTurn { send(login, path) }
            } catch (failed: ApiError) {
                val pause = pauseAfter(failed, ++attempt)
                when {
                    failed.code == "token_expired" && !hasRefreshed -> {
                        hasRefreshed = true
                        tokens.refreshed(login, oauth::requestTokens)
                    }
                    failed.code == "token_revoked" -> tokens.endSpent(login, failed.code)
                    pause == null || attempt >= TRIES -> throw failed
                    // A pause that Revento asks for applies to all requests with this token.
                    failed.retryAfter != null -> gate.pausedUntil = Instant.now() + failed.retryAfter
                    else -> Thread.sleep(pause)
                }
            }
        }
    }

    private fun send(login: Login, path: String): JsonObject {
        val requestId = UUID.randomUUID().toString()
        val request = HttpRequest.newBuilder(URI(config.apiBase + path))
            .header("Authorization", "Bearer ${login.accessToken}")
            .header("Accept", "application/vnd.revento.v1+json")
            .header("X-Revento-Request-Id", requestId)
            .build()
        val (result, time) = measureTimedValue { runCatching { client.fetch(request) } }
        val status = result.getOrNull()?.statusCode() ?: 0
        val ids = arrayOf("request_id" to requestId, "event_id" to login.eventId)
        log("api request", *ids, "status" to status, "ms" to time.inWholeMilliseconds)
        val response = result.getOrElse { throw ApiError("$it, request $requestId") }
        val body = runCatching { parseObject(response.body()) }.getOrNull()
        if (status == 200) return body ?: throw ApiError("The answer is not JSON, request $requestId")
        val code = body?.text("error").orEmpty()
        val pause = pauseAsked(response.headers().firstValue("Retry-After").orElse(""))
        throw ApiError("$code ($status), request $requestId", status, code, pause)
    }

    /** Every row of a list, page by page. */
    fun rows(eventId: String, path: String): Sequence<JsonObject> = sequence {
        val seen = mutableSetOf<String>()
        var query = "?limit=50"
        while (true) {
            val page = get(eventId, path + query)
            for (row in page.getAsJsonArray("data")) {
                yield(row as? JsonObject ?: throw IOException("A row is not an object."))
            }
            if (!page.get("has_more").asBoolean) return@sequence
            val cursor = page.text("next_cursor")
            if (cursor == null || !seen.add(cursor)) throw IOException("The list does not end.")
            query = "?limit=50&cursor=${encoded(cursor)}"
            if (seen.size > PAGES_AT_ONCE) Thread.sleep(2_100)
        }
    }
}

/** Milliseconds before the next try; null: none. It branches on codes, never on messages. */
private fun pauseAfter(failed: ApiError, attempt: Int): Long? = when {
    failed.code == "concurrent_limit_exceeded" -> jittered(300)
    failed.status == 429 -> jittered(2_000L shl attempt)
    // No answer, or half of one: reads may be sent again.
    failed.status == 0 || failed.status >= 500 -> jittered(500L shl (attempt - 1))
    else -> null
}

/** The pause that Retry-After asks for; null where it is not in seconds. */
fun pauseAsked(retryAfter: String): Duration? =
    retryAfter.toLongOrNull()?.let { Duration.ofSeconds(it.coerceIn(0, LONGEST_PAUSE_SECONDS)) }

private fun jittered(ms: Long) = ms + Random.nextLong(ms / 4)

package com.example.revento

import com.google.gson.JsonObject
import java.net.URI
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.util.UUID
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Semaphore
import kotlin.time.measureTimedValue

private const val TRIES = 5
private const val IN_FLIGHT = 5

/** Lists longer than this are read at the pace that the limit of 30 a minute allows. */
private const val PAGES_AT_ONCE = 20

/** A pause that is longer is taken for a mistake. */
private const val LONGEST_PAUSE_SECONDS = 3_600L

/** What Revento refused, or did not answer as it should. */
open class ApiError(message: String) : Exception(message)

/** What all requests for one event share: places in flight, and a pause that Revento asked for. */
private class Gate {
    private val places = Semaphore(IN_FLIGHT, true)

    @Volatile var pausedUntil = 0L

    fun <T> inTurn(work: () -> T): T {
        places.acquire()
        try {
            while (System.currentTimeMillis() < pausedUntil) Thread.sleep(10)
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

    /** The JSON of one resource of an event, and the id of its request. */
    fun get(eventId: String, path: String): Pair<JsonObject, String> {
        val gate = gates.computeIfAbsent(eventId) { Gate() }
        var hasRefreshed = false
        var attempt = 0
        while (true) {
            val login = tokens.loginFor(eventId)
            val requestId = UUID.randomUUID().toString()
            val response = gate.inTurn { send(login, path, requestId) }
            val status = response?.statusCode() ?: 0
            val body = response?.let { parseObject(it.body()) }
            if (status == 200 && body != null) return body to requestId
            val code = body?.text("error") ?: if (status == 0) "unreachable" else "unexpected_answer"
            val askedMs = response?.headers()?.firstValue("Retry-After")?.orElse(null)?.let(::pauseAsked)
            val pauseMs = pauseAfter(status, code, ++attempt)
            when {
                code == "token_expired" && !hasRefreshed ->
                    tokens.refreshed(login, oauth::requestTokens).also { hasRefreshed = true }
                code == "token_revoked" -> tokens.endSpent(login, code)
                pauseMs == null || attempt >= TRIES -> throw ApiError("$code ($status), request $requestId")
                // A pause that Revento asks for applies to all requests with this token.
                askedMs != null -> gate.pausedUntil = System.currentTimeMillis() + askedMs
                else -> Thread.sleep(pauseMs)
            }
        }
    }

    /** The answer; null where there was none, or half of one. */
    private fun send(login: Login, path: String, requestId: String): HttpResponse<String>? {
        val request = HttpRequest.newBuilder(URI(config.apiBase + path))
            .header("Authorization", "Bearer ${login.accessToken}")
            .header("Accept", "application/vnd.revento.v1+json")
            .header("X-Revento-Request-Id", requestId)
        val (result, time) = measureTimedValue { runCatching { client.fetch(request) } }
        val outcome = result.fold({ "status" to it.statusCode() }, { "failure" to "$it" })
        val ms = time.inWholeMilliseconds
        log("api request", "request_id" to requestId, "event_id" to login.eventId, outcome, "ms" to ms)
        return result.getOrNull()
    }

    /** Every row of a list, page by page. */
    fun rows(eventId: String, path: String): Sequence<JsonObject> = sequence {
        val seen = mutableSetOf("") // which is not a cursor
        var query = "?limit=50"
        while (true) {
            val (page, requestId) = get(eventId, path + query)
            val rows = page.get("data")?.takeIf { it.isJsonArray }?.asJsonArray?.map { it as? JsonObject }
            val hasMore = page.get("has_more")?.toString()?.toBooleanStrictOrNull() // of the JSON: a text has quotes
            val cursor = page.text("next_cursor").orEmpty()
            // Not the end of the list, unless it says so: rows would be missing, and nobody would know.
            val isPage = rows != null && null !in rows && hasMore != null
            if (!isPage || (hasMore && !seen.add(cursor))) throw ApiError("unexpected_answer (200), request $requestId")
            yieldAll(rows.filterNotNull())
            if (!hasMore) return@sequence
            query = "?limit=50&cursor=${encoded(cursor)}"
            if (seen.size > PAGES_AT_ONCE) Thread.sleep(2_100)
        }
    }
}

/** Milliseconds before the next try; null: none. It branches on codes, never on messages. */
private fun pauseAfter(status: Int, code: String, attempt: Int): Long? = when {
    code == "concurrent_limit_exceeded" -> jittered(300)
    status == 429 -> jittered(2_000L shl attempt)
    // No answer, or half of one: reads may be sent again.
    status in listOf(0, 200) || status >= 500 -> jittered(500L shl (attempt - 1))
    else -> null
}

private fun jittered(ms: Long) = (ms..ms * 5 / 4).random()

/** The milliseconds that Retry-After asks for; null where it is not in seconds, or asks for none. */
fun pauseAsked(retryAfter: String): Long? = retryAfter.toBigIntegerOrNull()?.takeIf { it.signum() > 0 }
    ?.let { it.coerceAtMost(LONGEST_PAUSE_SECONDS.toBigInteger()).toLong() * 1_000 }

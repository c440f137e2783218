package com.example.revento

import com.google.gson.JsonObject
import com.google.gson.JsonParseException
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
private val requestLimit = Duration.ofSeconds(20)

/** The outcome of one request. */
private sealed interface Answer {
    class Found(val body: JsonObject) : Answer

    /** [status] is 0 where there was no answer, or half of one; [code] is Revento's error code. */
    class Failed(val error: IOException, val status: Int = 0, val code: String = "", val retryAfter: Duration? = null) :
        Answer
}

/** What all requests for one event share: places in flight, and a pause that Revento asked for. */
private class Gate {
    private val places = Semaphore(IN_FLIGHT, true)

    @Volatile private var pausedUntil = Instant.MIN

    fun pause(length: Duration) {
        pausedUntil = Instant.now() + length
    }

    fun <T> inTurn(work: () -> T): T {
        places.acquire()
        try {
            while (Instant.now() < pausedUntil) sleep(Duration.between(Instant.now(), pausedUntil))
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
        for (attempt in 1..TRIES) {
            val login = tokens.loginFor(eventId)
            val answer = gate.inTurn { send(login, path) }
            when (answer) {
                is Answer.Found -> return answer.body
                is Answer.Failed -> when {
                    answer.code == "token_expired" && !hasRefreshed -> {
                        hasRefreshed = true
                        tokens.refreshed(login, oauth::requestTokens)
                    }
                    answer.code == "token_revoked" -> tokens.endSpent(login, answer.code)
                    attempt == TRIES -> throw answer.error
                    else -> {
                        val pause = pauseAfter(answer, attempt) ?: throw answer.error
                        // A pause that Revento asks for applies to all requests with this token.
                        answer.retryAfter?.let(gate::pause) ?: sleep(pause)
                    }
                }
            }
        }
        throw IOException("The API answered none of $TRIES tries.")
    }

    private fun send(login: Login, path: String): Answer {
        val requestId = UUID.randomUUID().toString()
        val request = HttpRequest.newBuilder(URI(config.apiBase + path))
            .header("Authorization", "Bearer ${login.accessToken}")
            .header("Accept", "application/vnd.revento.v1+json")
            .header("X-Revento-Request-Id", requestId)
            .build()
        val (result, time) = measureTimedValue { runCatching { client.fetch(request, requestLimit) } }
        val status = result.getOrNull()?.statusCode() ?: 0
        val ids = arrayOf("request_id" to requestId, "event_id" to login.eventId)
        log("api request", *ids, "status" to status, "ms" to time.inWholeMilliseconds)
        val response = result.getOrElse { return Answer.Failed(it as? IOException ?: throw it) }
        val body = try {
            parseObject(response.body())
        } catch (malformed: JsonParseException) {
            if (status == 200) return Answer.Failed(IOException(malformed))
            JsonObject()
        }
        if (status == 200) return Answer.Found(body)
        val code = body.text("error").orEmpty()
        val pause = pauseAsked(response.headers().firstValue("Retry-After").orElse(""))
        val error = IOException("$code ($status), request $requestId")
        return Answer.Failed(error, status, code, pause)
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

/** How long to wait before the next try; null: none. It branches on codes, never on messages. */
private fun pauseAfter(answer: Answer.Failed, attempt: Int): Duration? = when {
    answer.code == "concurrent_limit_exceeded" -> jittered(300)
    answer.status == 429 -> jittered(2_000L shl attempt)
    // No answer, or half of one: reads may be sent again.
    answer.status == 0 || answer.status >= 500 -> jittered(500L shl (attempt - 1))
    else -> null
}

/** The pause that Retry-After asks for; null where it is not in seconds. */
fun pauseAsked(retryAfter: String): Duration? =
    retryAfter.toLongOrNull()?.let { Duration.ofSeconds(it.coerceIn(0, LONGEST_PAUSE_SECONDS)) }

private fun jittered(ms: Long) = Duration.ofMillis(ms + Random.nextLong(ms / 4))

private fun sleep(length: Duration) = Thread.sleep(length.toMillis().coerceAtLeast(1))

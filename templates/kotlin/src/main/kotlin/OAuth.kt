package com.example.revento

import com.google.gson.JsonObject
import com.google.gson.JsonParseException
import java.io.IOException
import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublisher
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse
import java.net.http.HttpResponse.BodyHandlers
import java.net.http.HttpTimeoutException
import java.nio.ByteBuffer
import java.security.MessageDigest
import java.time.Duration
import java.time.Instant
import java.util.Base64
import java.util.concurrent.ExecutionException
import java.util.concurrent.Flow.Subscriber
import java.util.concurrent.TimeUnit.MILLISECONDS
import java.util.concurrent.TimeoutException
import javax.net.ssl.SSLHandshakeException

private const val SCOPES = "event.read participants.read program.read"
private val requestLimit = Duration.ofSeconds(15)
val attemptLifetime: Duration = Duration.ofMinutes(10)

/** The organizer cannot be connected this way; the message may be shown. */
class NotConnected(override val message: String) : Exception(message)

/** A response of the token endpoint without tokens; [isUnused]: the code or token can still be used. */
class TokenError(val code: String, val isUnused: Boolean) : IOException("token endpoint: $code")

/** The authorization code flow with PKCE, and the token endpoint. */
class OAuth(private val config: Config, private val sealed: Sealed, private val tokens: Tokens) {
    private class Attempt(val state: String, val verifier: String, val expiresAt: Long)

    /** Begins a login: where the browser goes, and the cookie that binds the attempt to that browser. */
    fun begin(eventId: String): Pair<String, String> {
        val expiresAt = Instant.now() + attemptLifetime
        val attempt = Attempt(randomWord(), randomWord(), expiresAt.toEpochMilli())
        val query = mapOf(
            "response_type" to "code",
            "client_id" to config.clientId,
            "redirect_uri" to config.redirectUri.toString(),
            "scope" to SCOPES,
            "event_id" to eventId,
            "state" to attempt.state,
            "code_challenge" to base64Url(sha256(attempt.verifier)),
            "code_challenge_method" to "S256",
        )
        return "${config.authBase}/oauth/authorize?${query.encoded()}" to base64Url(sealed.seal(attempt, "attempt"))
    }

    /** Ends a login: checks the state, redeems the code and stores the tokens. */
    fun finish(query: Map<String, String>, cookie: String): Login {
        val attempt = opened(cookie)?.takeIf { isEqual(query["state"].orEmpty(), it.state) }
            ?: throw NotConnected("This is not the answer to your login.")
        if (attempt.expiresAt < System.currentTimeMillis()) {
            throw NotConnected("The login took too long. Open /connect again.")
        }
        // Each attempt is answered once, even if the browser sends it again.
        if (!createOnce(config.dataDir.resolve("attempts").resolve(fileName(attempt.state)))) {
            throw NotConnected("This answer was used already. Open /connect again.")
        }
        if (query["error"] == "access_denied") throw NotConnected("You declined. Nothing was connected.")
        val failed = NotConnected("Revento did not connect the event. Open /connect again.")
        val code = query["code"]?.takeIf { "error" !in query } ?: throw failed
        val form = mapOf(
            "grant_type" to "authorization_code",
            "code" to code,
            "redirect_uri" to config.redirectUri.toString(),
            "code_verifier" to attempt.verifier,
        )
        return try {
            requestTokens(form).also(tokens::store)
        } catch (refused: TokenError) {
            log("no tokens", "error" to refused.code)
            throw failed
        }
    }

    /** Asks for tokens, for a code or a refresh token. */
    fun requestTokens(fields: Map<String, String>): Login {
        val form = fields + mapOf("client_id" to config.clientId, "client_secret" to config.clientSecret)
        val content = TokenForm(BodyPublishers.ofString(form.encoded()))
        val request = HttpRequest.newBuilder(URI("${config.authBase}/oauth/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .POST(content)
            .build()
        val response = try {
            // A client of its own: on a pooled connection that the server just closed, nobody could say whether the
            // token was used.
            httpClient().fetch(request, requestLimit)
        } catch (error: Throwable) { // such as one file too many
            throw TokenError("unreachable", content.isUnused() || error is SSLHandshakeException)
        }
        val status = response.statusCode()
        val answer = try {
            parseObject(response.body())
        } catch (_: JsonParseException) {
            JsonObject() // a proxy may answer with anything: the status says enough then
        }
        if (status == 200) {
            val login = gson.fromJson(answer, Login::class.java)
            if (login.accessToken != null && login.refreshToken != null) return login
        }
        val code = answer.text("error") ?: "status $status"
        throw TokenError(code, isUnusedAfter(status, code))
    }

    private fun opened(cookie: String) = runCatching {
        sealed.unseal(Base64.getUrlDecoder().decode(cookie), "attempt", Attempt::class.java)
    }.getOrNull()
}

/** A form that knows whether it may have been sent: not while there was no connection. */
private class TokenForm(private val content: BodyPublisher) : BodyPublisher by content {
    private var isSent = false
    private var isGivenUp = false

    @Synchronized
    override fun subscribe(connection: Subscriber<in ByteBuffer>) {
        check(!isGivenUp)
        isSent = true
        content.subscribe(connection)
    }

    /** Whether it was not sent, which it is not from now on. */
    @Synchronized
    fun isUnused(): Boolean {
        isGivenUp = true
        return !isSent
    }
}

/**
 * Whether the token was refused without being used: all but `invalid_grant` is about something else, such as a wrong
 * secret or address. After a failure of the server it may be spent.
 */
private fun isUnusedAfter(status: Int, code: String) = status == 503 || (status in 300..499 && code != "invalid_grant")

private fun isEqual(given: String, expected: String) =
    MessageDigest.isEqual(given.toByteArray(), expected.toByteArray())

private fun randomWord() = base64Url(randomBytes(32))

private fun base64Url(bytes: ByteArray) = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)

fun Map<String, String>.encoded() = entries.joinToString("&") { (name, value) -> "${encoded(name)}=${encoded(value)}" }

fun encoded(text: String): String = URLEncoder.encode(text, Charsets.UTF_8)

/** It follows no redirects, which could lead tokens elsewhere. */
fun httpClient(): HttpClient = HttpClient.newBuilder()
    .version(HttpClient.Version.HTTP_1_1)
    .connectTimeout(Duration.ofSeconds(10))
    .build()

/** The whole answer within the limit; the timeout of a request would end with its headers. */
fun HttpClient.fetch(request: HttpRequest, limit: Duration): HttpResponse<String> {
    val pending = sendAsync(request, BodyHandlers.ofString())
    return try {
        pending.get(limit.toMillis(), MILLISECONDS)
    } catch (_: TimeoutException) {
        pending.cancel(true)
        throw HttpTimeoutException("no whole answer within ${limit.toSeconds()} s")
    } catch (failed: ExecutionException) {
        throw failed.cause as? IOException ?: IOException(failed)
    }
}

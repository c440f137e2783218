package com.example.revento

import com.google.gson.JsonObject
import com.google.gson.JsonParseException
import java.io.IOException
import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse
import java.net.http.HttpResponse.BodyHandlers
import java.security.MessageDigest
import java.security.SecureRandom
import java.time.Duration
import java.time.Instant
import java.util.Base64
import java.util.concurrent.Flow.Publisher
import java.util.concurrent.TimeUnit.SECONDS
import java.util.concurrent.atomic.AtomicBoolean
import javax.net.ssl.SSLHandshakeException

private const val SCOPES = "event.read participants.read program.read"
private const val LIMIT_SECONDS = 15L
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
        val sent = runCatching { Base64.getUrlDecoder().decode(cookie) }.getOrDefault(ByteArray(0))
        val attempt = sealed.unseal(sent, "attempt", Attempt::class.java)
            ?.takeIf { isEqual(query["state"].orEmpty(), it.state) }
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
        val content = BodyPublishers.ofString(form.encoded())
        // The first of two takes it: the connection that sends the form, or who gives it up.
        val isTaken = AtomicBoolean()
        val send = Publisher { connection ->
            check(!isTaken.getAndSet(true))
            content.subscribe(connection)
        }
        val request = HttpRequest.newBuilder(URI("${config.authBase}/oauth/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .POST(BodyPublishers.fromPublisher(send, content.contentLength()))
            .build()
        val response = try {
            // A client of its own: on a pooled connection that the server just closed, nobody could say whether the
            // token was used.
            httpClient().fetch(request)
        } catch (lost: Throwable) { // such as one file too many
            throw TokenError("unreachable", !isTaken.getAndSet(true) || lost.cause is SSLHandshakeException)
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
        // Refused, redirected or put off: the token was not used. After `invalid_grant`, which is about the token, and
        // after a failure of the server it may be spent.
        throw TokenError(code, status == 503 || (status in 300..499 && code != "invalid_grant"))
    }
}

private fun isEqual(given: String, expected: String) =
    MessageDigest.isEqual(given.toByteArray(), expected.toByteArray())

private fun randomWord() = base64Url(ByteArray(32).also(SecureRandom()::nextBytes))

private fun base64Url(bytes: ByteArray) = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)

fun Map<String, String>.encoded() = entries.joinToString("&") { (name, value) -> "${encoded(name)}=${encoded(value)}" }

fun encoded(text: String): String = URLEncoder.encode(text, Charsets.UTF_8)

/** It follows no redirects, which could lead tokens elsewhere. */
fun httpClient(): HttpClient = HttpClient.newBuilder()
    .version(HttpClient.Version.HTTP_1_1)
    .connectTimeout(Duration.ofSeconds(10))
    .build()

/** The whole answer within the limit; the timeout of a request would end with its headers. */
fun HttpClient.fetch(request: HttpRequest): HttpResponse<String> {
    val pending = sendAsync(request, BodyHandlers.ofString())
    return try {
        pending.get(LIMIT_SECONDS, SECONDS)
    } catch (lost: Exception) {
        throw IOException("no whole answer", lost.cause)
    } finally {
        pending.cancel(true) // nobody waits for it anymore
    }
}

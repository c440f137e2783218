package com.example.revento

import com.google.gson.JsonObject
import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse
import java.security.MessageDigest
import java.security.SecureRandom
import java.util.Base64
import java.util.concurrent.Flow.Publisher
import java.util.concurrent.TimeUnit.SECONDS
import java.util.concurrent.atomic.AtomicBoolean
import javax.net.ssl.SSLHandshakeException

private const val SCOPES = "event.read participants.read program.read"
private const val FAILED = "Revento did not connect the event. Open /connect again."
const val ATTEMPT_SECONDS = 600L

/** The organizer cannot be connected this way; the message may be shown. */
class NotConnected(override val message: String, cause: Throwable? = null) : Exception(message, cause)

/** A response of the token endpoint without tokens; [isUnused]: the code or token can still be used. */
class TokenError(val code: String, val isUnused: Boolean) : ApiError("token endpoint: $code")

/** The authorization code flow with PKCE, and the token endpoint. */
class OAuth(private val config: Config, private val sealed: Sealed, private val tokens: Tokens) {
    private class Attempt(val state: String, val verifier: String, val expiresAt: Long)

    /** Begins a login: where the browser goes, and the cookie that binds the attempt to that browser. */
    fun begin(eventId: String): Pair<String, String> {
        val attempt = Attempt(randomWord(), randomWord(), System.currentTimeMillis() + ATTEMPT_SECONDS * 1_000)
        val client = mapOf("client_id" to config.clientId, "redirect_uri" to config.redirectUri.toString())
        val pkce = mapOf("code_challenge" to base64Url(sha256(attempt.verifier)), "code_challenge_method" to "S256")
        val asked = mapOf("response_type" to "code", "scope" to SCOPES, "event_id" to eventId, "state" to attempt.state)
        val query = (client + pkce + asked).encoded()
        return "${config.authBase}/oauth/authorize?$query" to base64Url(sealed.seal(attempt, "attempt"))
    }

    /** Ends a login: checks the state, redeems the code and stores the tokens. */
    fun finish(query: Map<String, String>, cookie: String): Login {
        val sent = runCatching { Base64.getUrlDecoder().decode(cookie) }.getOrDefault(ByteArray(0))
        val attempt = sealed.unseal(sent, "attempt", Attempt::class.java)?.takeIf { isEqual(query["state"], it.state) }
            ?: throw NotConnected("This is not the answer to your login.")
        when {
            attempt.expiresAt < System.currentTimeMillis() ->
                throw NotConnected("The login took too long. Open /connect again.")
            // Each attempt is answered once, even if the browser sends it again.
            !createOnce(config.dataDir.resolve("attempts").resolve(fileName(attempt.state))) ->
                throw NotConnected("This answer was used already. Open /connect again.")
            query["error"] == "access_denied" -> throw NotConnected("You declined. Nothing was connected.")
            "error" in query || "code" !in query -> throw NotConnected(FAILED)
        }
        val code = mapOf("grant_type" to "authorization_code", "code" to query.getValue("code"))
        val proof = mapOf("redirect_uri" to config.redirectUri.toString(), "code_verifier" to attempt.verifier)
        val login = runCatching { requestTokens(code + proof) }.getOrElse { throw NotConnected(FAILED, it) }
        if (login.eventId == null || login.organizationId == null) throw NotConnected(FAILED)
        return login.also(tokens::store)
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
            .POST(BodyPublishers.fromPublisher(send, content.contentLength()))
        // A client of its own: on a pooled connection that the server just closed, nobody could say whether the token
        // was used. It may fail before anything is sent, as with one file too many.
        val response = runCatching { httpClient().fetch(request) }.getOrElse { lost ->
            throw TokenError("unreachable", !isTaken.getAndSet(true) || lost.cause is SSLHandshakeException)
        }
        val status = response.statusCode()
        // A proxy may answer with anything: the status says enough then.
        val answer = parseObject(response.body()) ?: JsonObject()
        val (access, refresh) = listOf("access_token", "refresh_token").map(answer::text)
        if (status == 200 && access != null && refresh != null) {
            return Login(answer.text("event_id"), answer.text("organization_id"), access, refresh, answer.text("scope"))
        }
        val code = answer.text("error") ?: "status $status"
        // Refused, redirected or put off: the token was not used. After `invalid_grant`, which is about the token, and
        // after a failure of the server it may be spent.
        throw TokenError(code, status == 503 || (status in 300..499 && code != "invalid_grant"))
    }
}

/** Whether two texts are equal, in constant time. */
fun isEqual(given: String?, own: String) = MessageDigest.isEqual(given.orEmpty().toByteArray(), own.toByteArray())

private fun randomWord() = base64Url(ByteArray(32).also(SecureRandom()::nextBytes))

private fun base64Url(bytes: ByteArray) = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)

fun Map<String, String>.encoded() = entries.joinToString("&") { (name, value) -> "${encoded(name)}=${encoded(value)}" }

fun encoded(text: String): String = URLEncoder.encode(text, Charsets.UTF_8)

/** It follows no redirects, which could lead tokens elsewhere. */
fun httpClient(): HttpClient = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()

/** The whole answer within 15 seconds; the timeout of a request would end with its headers. */
fun HttpClient.fetch(request: HttpRequest.Builder): HttpResponse<String> {
    val pending = sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
    try {
        return pending.get(15, SECONDS)
    } finally {
        pending.cancel(true) // nobody waits for it anymore
    }
}

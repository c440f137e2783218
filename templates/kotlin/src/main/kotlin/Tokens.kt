package com.example.revento

import java.nio.file.NoSuchFileException
import java.nio.file.Path
import java.time.Duration
import java.time.Instant
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock
import kotlin.io.path.deleteIfExists
import kotlin.io.path.getLastModifiedTime

/** A refresh that has no answer by then never gets one: requests are given up after 15 seconds. */
private val unansweredAfter = Duration.ofSeconds(30)

/** The organizer has to connect the event again; trying again does not help. */
class LoginEnded : Exception("No organizer has connected this event, or the connection ended. Open /connect.")

/** A connection to one event. [ended] says why it cannot be used; its tokens are forgotten then. */
data class Login(
    val eventId: String?,
    val organizationId: String?,
    val accessToken: String? = null,
    val refreshToken: String? = null,
    val scope: String? = null,
    val ended: String? = null,
) {
    /** Whether the organizer permitted it: all but `event.read` may have been left out. */
    fun mayRead(wanted: String) = wanted in scope.orEmpty().split(' ')

    /** Without the tokens. */
    override fun toString() = "Login($eventId)"
}

/** Logins on disk: a file for each event and organization, and refreshes that happen once. */
class Tokens(config: Config, private val sealed: Sealed) {
    private val directory = config.dataDir.resolve("logins")
    private val locks = ConcurrentHashMap<Path, ReentrantLock>()

    private val Login.path get() = directory.resolve(fileName(eventId, organizationId) + SEALED)

    /** Stores a login. Call it before anything uses its access token. */
    fun store(login: Login) = sealed.write(login.path, login)

    /** Every login that can be used. */
    fun logins() = sealed.readAll<Login>(directory).filter { it.ended == null }

    /** The login for an event. */
    fun loginFor(eventId: String) = logins().find { it.eventId == eventId } ?: throw LoginEnded()

    /** Marks a login as ended and forgets its tokens. */
    fun end(eventId: String?, organizationId: String?, reason: String) {
        log("login ended", "event_id" to eventId, "reason" to reason)
        store(Login(eventId, organizationId, ended = reason))
    }

    /** Whether the connection ended and has not been made again. */
    fun hasEnded(eventId: String?, organizationId: String?) =
        sealed.read<Login>(Login(eventId, organizationId).path)?.ended != null

    /**
     * The login after a refresh; [spent] is the one whose access token has expired.
     *
     * Revento revokes a login when a refresh token is used twice, so each one is claimed by a file before it is sent: one
     * request among all threads, one among all processes, one even when the process dies half-way.
     */
    fun refreshed(spent: Login, request: (Map<String, String>) -> Login): Login =
        locks.computeIfAbsent(spent.path) { ReentrantLock() }.withLock { refreshedByOne(spent, request) }

    private fun refreshedByOne(spent: Login, request: (Map<String, String>) -> Login): Login {
        while (true) {
            val current = usable(spent)
            if (current.accessToken != spent.accessToken) return current
            val claim = directory.resolve(fileName(current.refreshToken) + ".claim")
            if (createOnce(claim)) return refreshOnce(spent, claim, request)
            // Another process is refreshing: the files show the outcome.
            if (isUnanswered(claim)) {
                end(current.eventId, current.organizationId, "a refresh was never answered")
                throw LoginEnded()
            }
            Thread.sleep(50)
        }
    }

    private fun refreshOnce(spent: Login, claim: Path, request: (Map<String, String>) -> Login): Login {
        // Another process may have refreshed, and dropped its claim, since we looked.
        var current = usable(spent)
        if (current.accessToken == spent.accessToken) {
            try {
                val form = mapOf("grant_type" to "refresh_token", "refresh_token" to current.refreshToken.orEmpty())
                val (_, _, accessToken, refreshToken, scope) = request(form)
                current = current.copy(
                    accessToken = accessToken,
                    refreshToken = refreshToken,
                    scope = scope ?: current.scope,
                )
                store(current)
            } catch (refused: TokenError) {
                // Kept where Revento may have used the token without an answer to us: it is never sent a second time.
                val isPermanent = refused.code == "invalid_grant"
                if (isPermanent) end(current.eventId, current.organizationId, refused.code)
                if (isPermanent || refused.isUnused) claim.deleteIfExists()
                throw if (isPermanent) LoginEnded() else refused
            }
        }
        claim.deleteIfExists()
        return current
    }

    private fun usable(login: Login) = sealed.read<Login>(login.path)?.takeIf { it.ended == null } ?: throw LoginEnded()

    private fun isUnanswered(claim: Path) = try {
        claim.getLastModifiedTime().toInstant() + unansweredAfter < Instant.now()
    } catch (_: NoSuchFileException) {
        false // it was dropped meanwhile
    }
}

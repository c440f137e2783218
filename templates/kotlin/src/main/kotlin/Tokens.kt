package com.example.revento

import java.nio.file.NoSuchFileException
import java.nio.file.Path
import java.time.Duration
import java.time.Instant
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

    /** Held while a refresh runs. */
    private val refreshing = ReentrantLock()

    private val Login.path get() = directory.resolve(fileName(eventId, organizationId) + SEALED)

    /** Stores a login. Call it before anything uses its access token. */
    fun store(login: Login) = directory.inTurn { sealed.write(login.path, login) }

    /**
     * Stores [next] unless another login came in the place of [spent] meanwhile. Gives the one that holds now; throws
     * where it ended.
     */
    private fun replace(spent: Login, next: Login) = directory.inTurn {
        val current = usable(spent)
        if (current.refreshToken == spent.refreshToken) next.also { sealed.write(it.path, it) } else current
    }

    /** Every login that can be used. */
    fun logins() = sealed.readAll<Login>(directory).filter { it.ended == null }

    /** The login for an event. */
    fun loginFor(eventId: String) = logins().find { it.eventId == eventId } ?: throw LoginEnded()

    /** Marks whatever login there is as ended and forgets its tokens. */
    fun end(eventId: String?, organizationId: String?, reason: String) {
        log("login ended", "event_id" to eventId, "reason" to reason)
        store(Login(eventId, organizationId, ended = reason))
    }

    /** Ends this login only. Gives the one that was stored in its place meanwhile, or throws. */
    fun endSpent(spent: Login, reason: String): Login {
        val current = replace(spent, Login(spent.eventId, spent.organizationId, ended = reason))
        if (current.ended == null) return current
        log("login ended", "event_id" to spent.eventId, "reason" to reason)
        throw LoginEnded()
    }

    /** Whether Revento demanded deletion, and no organizer has connected the event again. */
    fun isDeleted(eventId: String?, organizationId: String?) =
        sealed.read<Login>(Login(eventId, organizationId).path)?.ended == DELETION

    /** The file that keeps the refresh token of a login from being sent again. */
    fun claimOf(login: Login): Path = directory.resolve(fileName(login.refreshToken) + ".claim")

    /**
     * The login after a refresh; [spent] is the one whose access token has expired.
     *
     * Revento revokes a login when a refresh token is used twice, so each one is claimed by a file before it is sent: one
     * request among all threads, one among all processes, one even when the process dies half-way.
     */
    fun refreshed(spent: Login, request: (Map<String, String>) -> Login): Login {
        refreshing.withLock {
            while (true) {
                val current = usable(spent)
                if (current.accessToken != spent.accessToken) return current
                val claim = claimOf(current)
                if (createOnce(claim)) return refreshOnce(spent, claim, request)
                // Another process is refreshing: the files show the outcome.
                if (isUnanswered(claim)) return endSpent(current, "a refresh was never answered")
                Thread.sleep(50)
            }
        }
    }

    /** Lets a refresh end, whose new tokens would be lost with the process. No other one starts. */
    fun close() = refreshing.lock()

    private fun refreshOnce(spent: Login, claim: Path, request: (Map<String, String>) -> Login): Login {
        var mayBeSpent = false
        try {
            // Another process may have refreshed, and dropped its claim, since we looked. Where nothing can be written, as
            // on a full disk, that shows now: the answer could not be kept.
            val current = replace(spent, spent)
            if (current.accessToken != spent.accessToken) return current
            mayBeSpent = true
            val answer = request(
                mapOf("grant_type" to "refresh_token", "refresh_token" to spent.refreshToken.orEmpty()),
            )
            val renewed = spent.copy(
                accessToken = answer.accessToken,
                refreshToken = answer.refreshToken,
                scope = answer.scope ?: spent.scope,
            )
            return replace(spent, renewed).also { mayBeSpent = false }
        } catch (refused: TokenError) {
            mayBeSpent = !refused.isUnused
            if (refused.code == "invalid_grant") return endSpent(spent, refused.code)
            throw refused
        } finally {
            // Otherwise the claim stays: the token is never sent a second time.
            if (!mayBeSpent) claim.deleteIfExists()
        }
    }

    private fun usable(login: Login) = sealed.read<Login>(login.path)?.takeIf { it.ended == null } ?: throw LoginEnded()

    private fun isUnanswered(claim: Path) = try {
        claim.getLastModifiedTime().toInstant() + unansweredAfter < Instant.now()
    } catch (_: NoSuchFileException) {
        false // it was dropped meanwhile
    }
}

package com.example.revento

import java.util.concurrent.locks.ReentrantReadWriteLock
import kotlin.concurrent.read

/** The organizer has to connect the event again; trying again does not help. */
class LoginEnded : Exception("No organizer has connected this event, or the connection ended. Open /connect.")

/**
 * A connection to one event. [isSent]: its refresh token was sent, without an answer until now. [ended] says why it
 * cannot be used; its tokens are forgotten then.
 */
data class Login(
    val eventId: String?,
    val organizationId: String?,
    val accessToken: String? = null,
    val refreshToken: String? = null,
    val scope: String? = null,
    val isSent: Boolean = false,
    val ended: String? = null,
) {
    /** Without the tokens. */
    override fun toString() = "Login($eventId)"
}

/** Logins on disk: a file for each event and organization, and refreshes that happen once. */
class Tokens(config: Config, private val sealed: Sealed) {
    private val directory = config.dataDir.resolve("logins")

    /** For reading while a refresh runs. */
    private val refreshing = ReentrantReadWriteLock()

    private val Login.file get() = directory.resolve(fileName(eventId, organizationId) + SEALED)

    /** Stores a login. Call it before anything uses its access token. */
    fun store(login: Login) = directory.inTurn { sealed.write(login.file, login) }

    /** Stores [next], unless another login came in the place of [spent] meanwhile, or that ended. */
    private fun replace(spent: Login, next: Login) = directory.inTurn {
        if (usable(spent).refreshToken == spent.refreshToken) sealed.write(next.file, next)
    }

    /** Every login that can be used. */
    fun logins(unread: (Throwable) -> Unit = {}) = sealed.readAll<Login>(directory, unread).filter { it.ended == null }

    /** The login for an event. It may be in a file that cannot be read: nobody has to connect the event again then. */
    fun loginFor(eventId: String): Login {
        var failure: Throwable = LoginEnded()
        return logins { failure = it }.find { it.eventId == eventId } ?: throw failure
    }

    private fun usable(login: Login) = sealed.read<Login>(login.file)?.takeIf { it.ended == null } ?: throw LoginEnded()

    /** What is left of a login that ended: no token. */
    private fun ended(event: String?, organization: String?, reason: String) =
        Login(event, organization, ended = reason).also { log("login ended", "event_id" to event, "reason" to reason) }

    /** Ends whatever login there is. */
    fun end(eventId: String?, organizationId: String?, reason: String) = store(ended(eventId, organizationId, reason))

    /** Ends this login only, not one that was stored in its place meanwhile. */
    fun endSpent(spent: Login, reason: String) = replace(spent, ended(spent.eventId, spent.organizationId, reason))

    /** Whether Revento demanded deletion, and no organizer has connected the event again. */
    fun isDeleted(eventId: String?, organizationId: String?) =
        sealed.read<Login>(Login(eventId, organizationId).file)?.ended == DELETION

    /** The login after a refresh; [spent] is the one whose access token has expired. */
    fun refreshed(spent: Login, request: (Map<String, String>) -> Login): Login = refreshing.read {
        // Not the turn of the logins: a deletion must not wait until Revento has answered.
        spent.file.inTurn {
            val current = usable(spent)
            if (current.accessToken == spent.accessToken) refresh(current, request)
            usable(spent) // it may have ended, or been made again, meanwhile
        }
    }

    /** Lets a refresh end, whose new tokens would be lost with the process. No other one starts. */
    fun close() = refreshing.writeLock().lock()

    /**
     * Revento revokes a login when a refresh token is used twice. So one thread of one process at a time refreshes, and
     * what it is about to do is stored before: after a process that died half-way, nobody sends the token again.
     */
    private fun refresh(current: Login, request: (Map<String, String>) -> Login) {
        if (current.isSent) return endSpent(current, "a refresh was never answered")
        var isMarked = false
        try {
            // Where this fails, as on a full disk, the new tokens could not be stored either.
            replace(current, current.copy(isSent = true))
            isMarked = true
            val form = mapOf("grant_type" to "refresh_token", "refresh_token" to current.refreshToken.orEmpty())
            val (_, _, access, refresh, scope) = request(form)
            replace(current, current.copy(accessToken = access, refreshToken = refresh, scope = scope ?: current.scope))
        } catch (failed: Exception) {
            val refused = failed as? TokenError
            if (refused?.code == "invalid_grant") return endSpent(current, refused.code)
            // A mark that failed may be on disk all the same.
            if (!isMarked || refused?.isUnused == true) replace(current, current)
            throw failed // otherwise Revento may have used the token
        }
    }
}

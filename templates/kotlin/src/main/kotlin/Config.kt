package com.example.revento

import java.io.File
import java.net.URI
import java.time.Instant
import java.util.Base64

/** Settings. All are checked at the start: a wrong one ends the start, not a request. */
class Config(private val environment: Map<String, String>) {
    private val problems = mutableListOf<String>()

    val authBase = url("REVENTO_AUTH_BASE").toString().trimEnd('/')
    val apiBase = url("REVENTO_API_BASE").toString().trimEnd('/')
    val clientId = required("REVENTO_CLIENT_ID")
    val clientSecret = required("REVENTO_CLIENT_SECRET")
    val redirectUri = url("REVENTO_REDIRECT_URI")
    val eventId = required("SANDBOX_EVENT_ID")
    val port = (optional("PORT") ?: "3000").toIntOrNull()?.takeIf { it in 1..65_535 }
        ?: 0.also { problems += "PORT is not a port." }

    /** While the signing secret is rotated, deliveries may be signed with either of the two. */
    val webhookSecrets = listOfNotNull(required("REVENTO_WEBHOOK_SECRET"), optional("REVENTO_WEBHOOK_SECRET_PREVIOUS"))
    val tokenKey = key("REVENTO_TOKEN_KEY")

    /** A directory for each API: what belongs to one is never sent to another, such as a sandbox. */
    val dataDir = File(optional("DATA_DIR") ?: "data").resolve(URI(apiBase).authority.orEmpty().replace(':', '_'))

    init {
        require(problems.isEmpty()) { problems.joinToString("\n") }
    }

    private fun optional(name: String) = environment[name]?.trim()?.ifEmpty { null }

    private fun required(name: String) = optional(name) ?: "".also { problems += "Set $name." }

    private fun url(name: String): URI =
        runCatching { URI(optional(name).orEmpty()) }.getOrNull()?.takeIf { it.host != null }
            ?: URI("").also { problems += "Set $name to a URL." }

    private fun key(name: String): ByteArray =
        runCatching { Base64.getDecoder().decode(optional(name).orEmpty()) }.getOrNull()?.takeIf { it.size == 32 }
            ?: ByteArray(32).also { problems += "Set $name to 32 random bytes in base64: openssl rand -base64 32" }
}

/** The environment, and what a file of `NAME=value` lines adds to it. */
fun environment(file: File): Map<String, String> = file.takeIf { it.exists() }?.readLines().orEmpty()
    .filter { '=' in it && !it.startsWith("#") }
    .associate { it.substringBefore('=').trim() to it.substringAfter('=').trim().trim('"', '\'') } + System.getenv()

/** Writes one JSON line. Give it ids, never tokens and never what attendees entered. */
fun log(message: String, vararg fields: Pair<String, Any?>) =
    println(mapOf("at" to "${Instant.now()}", "message" to message, *fields).toJson())

package com.example.revento

import java.io.File
import java.net.URI
import java.security.SecureRandom
import java.util.Base64

/** Settings of the tests: those [given], a directory and secrets of their own; at a sandbox, its settings. */
fun testSettings(directory: File, vararg given: Pair<String, String>): Config {
    val settings = mapOf(
        "REVENTO_AUTH_BASE" to "http://localhost:9",
        "REVENTO_API_BASE" to "http://localhost:9/api/v1",
        "REVENTO_CLIENT_ID" to "tests",
        "REVENTO_CLIENT_SECRET" to word(),
        "REVENTO_WEBHOOK_SECRET" to word(),
        "REVENTO_REDIRECT_URI" to "http://localhost:3000/callback",
        "SANDBOX_EVENT_ID" to "evt_test_published",
    ) + System.getenv()
    return Config(
        settings + mapOf(
            "PORT" to "${URI(settings["REVENTO_REDIRECT_URI"]).port}",
            "REVENTO_TOKEN_KEY" to word(),
            "DATA_DIR" to "$directory",
            *given,
        ),
    )
}

private fun word() = Base64.getEncoder().encodeToString(ByteArray(32).also(SecureRandom()::nextBytes))

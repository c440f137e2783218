package com.example.revento

import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse
import java.net.http.HttpResponse.BodyHandlers
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import kotlin.io.path.createTempDirectory
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.test.fail

/** The whole integration at a sandbox: revento sandbox exec ... -- gradle test. */
@EnabledIfEnvironmentVariable(named = "REVENTO_SANDBOX_KEY", matches = ".+")
class SandboxTest {
    private val browser = HttpClient.newHttpClient()
    private val directory = createTempDirectory().toFile()
    private val config = testSettings(directory)
    private val here = "http://${config.redirectUri.authority}"

    private fun send(request: HttpRequest.Builder) = browser.send(request.build(), BodyHandlers.ofString())

    private fun visit(address: String, vararg headers: String): HttpResponse<String> {
        val request = HttpRequest.newBuilder(URI(address))
        return send(if (headers.isEmpty()) request else request.headers(*headers))
    }

    private fun HttpResponse<String>.header(name: String) = headers().firstValue(name).orElseThrow()

    private fun post(address: String, body: String = "", vararg headers: String) = send(
        HttpRequest.newBuilder(URI(address))
            .headers("Content-Type", "application/json", *headers)
            .POST(BodyPublishers.ofString(body)),
    ).statusCode()

    private fun control(path: String, body: String) {
        val key = System.getenv("REVENTO_SANDBOX_KEY")
        assertEquals(200, post("${config.authBase}/_sandbox/v1$path", body, "Authorization", "Bearer $key"), path)
    }

    private fun sync() = post("$here/sync?event=${config.eventId}")

    private fun count() = parseObject(visit("$here/participants").body())?.getAsJsonArray("data")?.size() ?: 0

    private fun until(holds: () -> Boolean) {
        repeat(200) {
            if (holds()) return
            Thread.sleep(25)
        }
        fail("it did not happen")
    }

    @Test
    fun `connects, reads, hears of changes, refreshes once, and forgets`() {
        val app = App(config).apply { start() }
        val threads = Executors.newFixedThreadPool(20)
        try {
            val start = visit("$here/connect")
            val callback = visit(start.header("Location")).header("Location")
            assertEquals(400, visit(callback).statusCode(), "another browser")
            assertEquals(200, visit(callback, "Cookie", start.header("Set-Cookie").substringBefore(';')).statusCode())

            assertEquals(200, sync())
            val before = count()
            assertTrue(before >= 30)
            control("/do", """{"action":"apply"}""")
            until { count() == before + 1 }

            control("/clock/advance", """{"ms":3700000}""")
            val answers = threads.invokeAll(List(20) { Callable { sync() } })
            assertEquals(setOf(200), answers.map { it.get() }.toSet())

            control("/revoke", "{}")
            until { count() == 0 }
            assertEquals(409, sync())
        } finally {
            threads.shutdown()
            app.stop()
            directory.deleteRecursively()
        }
    }
}

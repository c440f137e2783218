package com.example.revento

import com.sun.net.httpserver.HttpServer
import java.io.File
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.nio.file.Files
import java.util.Base64
import java.util.concurrent.ExecutionException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.io.path.createTempDirectory
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFails
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** What Revento and the disk do not do on most days. */
class OddAnswersTest {
    private val directory = createTempDirectory().toFile()
    private val requests = AtomicInteger()

    @Volatile private var answer = "{}"
    private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0).apply {
        createContext("/") { exchange ->
            requests.incrementAndGet()
            exchange.requestBody.readAllBytes()
            exchange.sendResponseHeaders(200, answer.length.toLong())
            exchange.use { it.responseBody.write(answer.toByteArray()) }
        }
        start()
    }
    private val base = "http://localhost:${server.address.port}"
    private val config = settings()
    private val sealed = Sealed(config.tokenKey)
    private val tokens = Tokens(config, sealed)
    private val oauth = OAuth(config, sealed, tokens)
    private val mirror = Mirror(config, sealed, tokens, Api(config, tokens, oauth))
    private val login = Login("evt_1", "org_1", "a1", "r1", "participants.read").also(tokens::store)

    @AfterTest
    fun clean() {
        server.stop(0)
        directory.deleteRecursively()
    }

    private fun settings(vararg given: Pair<String, String>) =
        testSettings(directory, "REVENTO_API_BASE" to base, "REVENTO_AUTH_BASE" to base, *given)

    private fun synced(page: String) = mirror.run {
        answer = page
        sync("evt_1")
        participants("evt_1").map { it.toJson() }.sorted()
    }

    @Test
    fun `a page that does not say whether more rows follow fails the sync and loses nothing`() {
        val held = synced("""{"data":[{"id":"p0"}],"has_more":false}""")
        requests.set(0)
        val ends = listOf("null", "{}", "\"no\"", "true", """true,"next_cursor":5""").map { ""","has_more":$it""" }
        val pages = (ends + "").map { """{"data":[{"id":"p1"}]$it}""" } +
            listOf("null", "{}", "7", """["p1"]""", "[null]").map { """{"data":$it,"has_more":false}""" }
        for (page in pages) {
            val failure = assertFailsWith<ExecutionException>(page) { synced(page) }
            val message = assertIs<ApiError>(failure.cause, page).message.orEmpty()
            assertTrue(Regex("""unexpected_answer \(200\), request [\da-f-]{36}""").matches(message), message)
        }
        assertEquals(2 * pages.size, requests.get()) // the event and its list: neither is requested again
        assertEquals(held, mirror.participants("evt_1").map { it.toJson() })
    }

    @Test
    fun `rows are kept as they came`() {
        val rows = listOf(
            """{"custom_form_fields":null}""",
            """{"id":"p1","custom_form_fields":{"a":1},"last_reviewed_at":null,"role":{"a":[null]}}""",
            """{"id":7,"custom_form_fields":[],"last_reviewed_at":7}""",
        )
        assertEquals(rows, synced("""{"data":$rows,"has_more":false}"""))
        val ids = """"event_id":"evt_1","organization_id":"org_1","occurred_at":"3000""""
        val data = """{"participant_id":"p1","user_id":"usr_1","custom_form_fields":null}"""
        mirror.work(Delivery("one", 0, checkNotNull(parseObject("""{"type":"application.moved",$ids,"data":$data}"""))))
        // What an application does not have does not change.
        val kept = rows.map { if ("p1" in it) it.replace("]}}", """]},"user_id":"usr_1"}""") else it }
        assertEquals(kept, mirror.participants("evt_1").map { it.toJson() }.sorted())
    }

    @Test
    fun `tokens are kept, whatever comes with them`() {
        answer = """{"access_token":"a2","refresh_token":"r2","expires_in":"soon","scope":{},"event_id":[]}"""
        val renewed = tokens.refreshed(login, oauth::requestTokens)
        assertEquals(login.copy(accessToken = "a2", refreshToken = "r2"), renewed)
    }

    @Test
    fun `tokens of no event connect nothing`() {
        for (id in listOf("event_id", "organization_id")) {
            answer = """{"access_token":"a2","refresh_token":"r2","$id":"1"}"""
            val (url, cookie) = oauth.begin("evt_1")
            val state = url.substringAfter("&state=").substringBefore('&')
            assertFailsWith<NotConnected> { oauth.finish(mapOf("state" to state, "code" to "c"), cookie) }
        }
        assertEquals(listOf(login), tokens.logins())
    }

    @Test
    fun `a login that cannot be read is not a missing one`() {
        val file = checkNotNull(config.dataDir.resolve("logins").listFiles()).first { it.name.endsWith(SEALED) }
        val another = login.copy(eventId = "evt_2").also(tokens::store)
        unreadable(file)
        assertEquals(500, statusOfSync())
        assertFailsWith<IOException> { tokens.loginFor("evt_1") }
        assertFailsWith<IOException> { tokens.refreshed(login) { throw AssertionError("It was sent.") } }
        assertEquals(another, tokens.loginFor("evt_2"))
        unreadable(file.parentFile)
        assertEquals(500, statusOfSync())
        assertFailsWith<IOException> { tokens.refreshed(login) { throw AssertionError("It was sent.") } }
    }

    @Test
    fun `a mirror that cannot be read is neither empty nor deleted`() {
        unreadable(config.dataDir.resolve("participants"))
        val ids = """"event_id":"evt_1","organization_id":"org_1""""
        val deletion = Delivery("one", 0, checkNotNull(parseObject("""{"type":"$DELETION",$ids}""")))
        assertFails { mirror.participants("evt_1") }
        assertFails { mirror.work(deletion) }
    }

    /** As with an error of the disk, which a test cannot have: a link to itself, which nothing can follow. */
    private fun unreadable(file: File) {
        file.deleteRecursively()
        Files.createSymbolicLink(file.toPath(), file.toPath())
    }

    private fun statusOfSync(): Int {
        val port = ServerSocket(0).use { it.localPort }
        val key = Base64.getEncoder().encodeToString(config.tokenKey)
        val app = App(settings("PORT" to "$port", "REVENTO_TOKEN_KEY" to key)).apply { start() }
        try {
            val request = HttpRequest.newBuilder(URI("http://localhost:$port/sync?event=evt_1"))
            val client = HttpClient.newHttpClient()
            return client.send(request.POST(BodyPublishers.noBody()).build(), BodyHandlers.discarding()).statusCode()
        } finally {
            app.stop()
        }
    }

    @Test
    fun `a pause is a number of seconds, at most an hour`() {
        assertEquals(2_000, pauseAsked("2"))
        assertEquals(3_600_000, pauseAsked("9".repeat(30)))
        val others = listOf("-5", "0", "", "1.5", "soon", "Fri, 31 Dec 2099 23:59:59 GMT")
        for (other in others) assertNull(pauseAsked(other), other)
    }

    @Test
    fun `what is not a port ends the start`() {
        for (port in listOf("0", "-1", "65536", "99999999999", "abc")) {
            val failure = assertFailsWith<IllegalArgumentException>(port) { settings("PORT" to port) }
            assertEquals("PORT is not a port.", failure.message)
        }
        assertEquals(3_000, settings("PORT" to "").port)
    }
}

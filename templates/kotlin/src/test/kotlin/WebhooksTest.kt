package com.example.revento

import com.sun.net.httpserver.Headers
import com.sun.net.httpserver.HttpServer
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.nio.file.Files
import java.time.Instant
import java.util.HexFormat
import java.util.UUID
import java.util.concurrent.Callable
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.Executors
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec
import kotlin.io.path.createTempDirectory
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

private const val BODY = """{"id":"1","type":"x","event_id":null,"data":{}}"""

class WebhooksTest {
    private val directory = createTempDirectory().toFile()
    private val config = testSettings(directory)
    private val sealed = Sealed(config.tokenKey)
    private val tokens = Tokens(config, sealed)
    private val webhooks = Webhooks(config, sealed, tokens)

    @AfterTest
    fun clean() {
        directory.deleteRecursively()
    }

    private fun ago(seconds: Long) = "${Instant.now().epochSecond - seconds}"

    private fun signed(
        body: String = BODY,
        secret: String = config.webhookSecrets.first(),
        timestamp: String = ago(0),
    ) = Headers().apply {
        val mac = Mac.getInstance("HmacSHA256").apply { init(SecretKeySpec(secret.toByteArray(), "HmacSHA256")) }
        val signature = mac.doFinal("$timestamp.$body".toByteArray())
        set("X-Revento-Event", "x")
        set("X-Revento-Delivery-Id", "${UUID.randomUUID()}")
        set("X-Revento-Timestamp", timestamp)
        set("X-Revento-Signature", "sha256=${HexFormat.of().formatHex(signature)}")
    }

    private fun delivery(id: String, body: String) = Delivery(id, 0, checkNotNull(parseObject(body)))

    private fun answer(headers: Headers, body: String = BODY) = webhooks.receive(headers, body.toByteArray())

    @Test
    fun `a genuine delivery is accepted, and so is its repeat`() {
        val headers = signed()
        assertEquals(204, answer(headers))
        assertEquals(204, answer(headers))
    }

    @Test
    fun `another secret is refused`() = assertEquals(401, answer(signed(secret = "another")))

    @Test
    fun `six minutes either way are refused`() {
        assertEquals(401, answer(signed(timestamp = ago(360))))
        assertEquals(401, answer(signed(timestamp = ago(-360))))
    }

    @Test
    fun `a timestamp that is not a number is refused`() = assertEquals(401, answer(signed(timestamp = "today")))

    @Test
    fun `one byte more is refused`() = assertEquals(401, answer(signed(), BODY + "\n"))

    @Test
    fun `no headers are refused`() = assertEquals(401, answer(Headers()))

    @Test
    fun `what is signed but not JSON is a bad request`() {
        assertEquals(400, answer(signed("hello"), "hello"))
        assertEquals(400, answer(signed("{id: 1}"), "{id: 1}"))
        assertEquals(400, answer(signed("{}"), "{}"))
    }

    @Test
    fun `one whose mark cannot be looked for is neither acknowledged nor worked again`() {
        answer(signed())
        val marks = config.dataDir.resolve("worked").toPath()
        Files.createSymbolicLink(marks, marks) // nothing can follow a link to itself
        webhooks.workWaiting { throw AssertionError("It was worked.") }
        assertFailsWith<IOException> { answer(signed()) } // which App answers with 500
        Files.delete(marks)
        val works = mutableListOf<String>()
        webhooks.workWaiting { works += it.id }
        assertEquals(1, works.size)
    }

    @Test
    fun `what only reads creates nothing`() {
        val mirror = Mirror(config, sealed, tokens, Api(config, tokens, OAuth(config, sealed, tokens)))
        assertEquals(listOf(), mirror.participants("evt_none"))
        assertEquals(listOf(), tokens.logins())
        assertEquals(listOf(), directory.list()?.toList())
    }

    @Test
    fun `many work one inbox once`() {
        repeat(20) { answer(signed()) }
        val works = ConcurrentLinkedQueue<String>()
        val worker = Callable {
            webhooks.workWaiting {
                works.add(it.id)
                Thread.sleep(1) // time for the others to work the same
            }
        }
        val threads = Executors.newFixedThreadPool(4)
        threads.invokeAll(List(4) { worker }).forEach { it.get() }
        threads.shutdown()
        assertEquals(20, works.size)
        assertEquals(20, works.toSet().size)
    }

    @Test
    fun `a lost refresh keeps the mirror, and a deletion stops it`() {
        val mirror = Mirror(config, sealed, tokens, Api(config, tokens, OAuth(config, sealed, tokens)))
        for ((reason, count) in mapOf("a refresh was never answered" to 1, DELETION to 0)) {
            val eventId = "evt of $reason"
            val ids = """"event_id":"$eventId","organization_id":"org_1""""
            val body = """{"type":"participant.joined",$ids,"occurred_at":"","data":{"id":"p1"}}"""
            tokens.end(eventId, "org_1", reason)
            mirror.work(delivery(reason, body))
            assertEquals(count, mirror.participants(eventId).size, reason)
        }
    }

    @Test
    fun `a delivery is older than a sync by the time of the review, whatever the clock here says`() {
        val person = """"id":"p1","application_status":"rejected","last_reviewed_at":"2026-01-02T10:00:00.500Z""""
        val page = """{"data":[{$person}],"has_more":false}""".toByteArray()
        val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
        server.createContext("/") { exchange ->
            exchange.sendResponseHeaders(200, page.size.toLong())
            exchange.use { it.responseBody.write(page) }
        }
        server.start()
        val settings = testSettings(directory, "REVENTO_API_BASE" to "http://localhost:${server.address.port}")
        val tokens = Tokens(settings, sealed)
        val mirror = Mirror(settings, sealed, tokens, Api(settings, tokens, OAuth(settings, sealed, tokens)))
        tokens.store(Login("evt_1", "org_1", "a1", "r1", "participants.read"))

        fun statusAfter(id: String, occurredAt: String, type: String = "participant.profile_updated"): String? {
            val ids = """"event_id":"evt_1","organization_id":"org_1","occurred_at":"$occurredAt""""
            val data = when (type) {
                "application.approved" -> """{"id":"app_1","participant_id":"$id","status":"approved"}"""
                else -> """{"id":"$id","application_status":"approved"}"""
            }
            mirror.work(delivery(occurredAt, """{"type":"$type",$ids,"data":$data}"""))
            return mirror.participants("evt_1").first { it.text("id") == "p1" }.text("application_status")
        }
        mirror.sync("evt_1")
        assertEquals("rejected", statusAfter("p1", "2026-01-02T09:59:59Z"))
        assertEquals("approved", statusAfter("p1", "2026-01-02T10:00:01Z"))
        // The next read is newer than a delivery that it follows, whomever that was about.
        statusAfter("p2", "2026-01-02T12:00:00Z")
        mirror.sync("evt_1")
        server.stop(0)
        assertEquals("rejected", statusAfter("p1", "2026-01-02T11:00:00Z", "application.approved"))
        assertEquals("approved", statusAfter("p1", "2026-01-02T13:00:00Z", "application.approved"))
    }

    @Test
    fun `what does not say of which event, or when, is left alone`() {
        val mirror = Mirror(config, sealed, tokens, Api(config, tokens, OAuth(config, sealed, tokens)))
        val fields = listOf("event_id", "organization_id", "occurred_at").map { "\"$it\":\"evt_1\"" }
        for (missing in fields) {
            val sent = (fields - missing).joinToString(",")
            mirror.work(delivery(missing, """{"type":"participant.joined",$sent,"data":{"id":"p1"}}"""))
        }
        assertEquals(0, config.dataDir.resolve("participants").walk().count { it.name.endsWith(SEALED) })
    }

    @Test
    fun `a damaged row is written again`() {
        val mirror = Mirror(config, sealed, tokens, Api(config, tokens, OAuth(config, sealed, tokens)))
        val ids = """"event_id":"evt_1","organization_id":"org_1""""
        val body = """{"type":"participant.joined",$ids,"occurred_at":"","data":{"id":"p1"}}"""
        mirror.work(delivery("first", body))
        val row = config.dataDir.resolve("participants").resolve(fileName("evt_1"))
            .resolve(fileName("evt_1", "p1") + SEALED)
        assertTrue(row.exists())
        row.writeText("damaged")
        mirror.work(delivery("second", body))
        assertEquals(1, mirror.participants("evt_1").size)
    }

    @Test
    fun `a damaged delivery does not hold up the others`() {
        assertEquals(204, answer(signed()))
        val damaged = config.dataDir.resolve("inbox/damaged.sealed")
        damaged.writeText("damaged")
        val works = mutableListOf<String>()
        webhooks.workWaiting { works += it.id }
        assertEquals(1, works.size)
        assertTrue(damaged.exists())
    }

    @Test
    fun `the start removes only what killed processes left`() {
        val ages = mapOf(
            "logins/young.tmp" to 0,
            "logins/a.tmp" to 2,
            "participants/evt_1/b.tmp" to 2,
            "worked/once" to 2,
            "worked/long_ago" to 31,
        )
        for ((name, days) in ages) {
            val file = config.dataDir.resolve(name)
            createOnce(file)
            file.setLastModified(System.currentTimeMillis() - days * 86_400_000L)
        }
        sweep(directory)
        val left = ages.keys.filter { config.dataDir.resolve(it).exists() }
        assertEquals(listOf("logins/young.tmp", "worked/once"), left)
    }
}

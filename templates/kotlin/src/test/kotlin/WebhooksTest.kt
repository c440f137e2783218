package com.example.revento

import com.sun.net.httpserver.Headers
import java.time.Instant
import java.util.HexFormat
import java.util.UUID
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec
import kotlin.io.path.createTempDirectory
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals

private const val BODY = """{"id":"1","type":"x","event_id":null,"data":{}}"""

class WebhooksTest {
    private val directory = createTempDirectory()
    private val config = testSettings(directory)
    private val sealed = Sealed(config.tokenKey)
    private val webhooks = Webhooks(config, sealed, Tokens(config, sealed))

    @AfterTest
    fun clean() {
        directory.toFile().deleteRecursively()
    }

    private fun ago(seconds: Long) = "${Instant.now().epochSecond - seconds}"

    private fun signed(
        body: String = BODY,
        secret: ByteArray = config.webhookSecrets.first(),
        timestamp: String = ago(0),
    ) = Headers().apply {
        val mac = Mac.getInstance("HmacSHA256").apply { init(SecretKeySpec(secret, "HmacSHA256")) }
        val signature = mac.doFinal("$timestamp.$body".toByteArray())
        set("X-Revento-Event", "x")
        set("X-Revento-Delivery-Id", "${UUID.randomUUID()}")
        set("X-Revento-Timestamp", timestamp)
        set("X-Revento-Signature", "sha256=${HexFormat.of().formatHex(signature)}")
    }

    private fun answer(headers: Headers, body: String = BODY) = webhooks.receive(headers, body.toByteArray())

    @Test
    fun `a genuine delivery is accepted, and so is its repeat`() {
        val headers = signed()
        assertEquals(204, answer(headers))
        assertEquals(204, answer(headers))
    }

    @Test
    fun `another secret is refused`() = assertEquals(401, answer(signed(secret = "another".toByteArray())))

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
    }
}

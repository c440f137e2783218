package com.example.revento

import com.sun.net.httpserver.HttpServer
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.util.HexFormat
import java.util.concurrent.FutureTask
import kotlin.concurrent.thread
import kotlin.io.path.createTempDirectory
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue

class OAuthTest {
    private val directory = createTempDirectory().toFile()
    private val loopback = InetAddress.getLoopbackAddress()

    @AfterTest
    fun clean() {
        directory.deleteRecursively()
    }

    private fun isUnusedAt(base: String): Boolean {
        val config = testSettings(directory, "REVENTO_AUTH_BASE" to base)
        val sealed = Sealed(config.tokenKey)
        val oauth = OAuth(config, sealed, Tokens(config, sealed))
        val form = mapOf("grant_type" to "refresh_token", "refresh_token" to "r1")
        return assertFailsWith<TokenError> { oauth.requestTokens(form) }.isUnused
    }

    private fun isUnusedAfter(status: Int, body: String): Boolean {
        val server = HttpServer.create(InetSocketAddress(loopback, 0), 0)
        server.createContext("/") { exchange ->
            exchange.use {
                it.requestBody.readAllBytes()
                it.sendResponseHeaders(status, body.length.toLong())
                it.responseBody.write(body.toByteArray())
            }
        }
        server.start()
        try {
            return isUnusedAt("http://localhost:${server.address.port}")
        } finally {
            server.stop(0)
        }
    }

    @Test
    fun `only a token that cannot have been used is sent again`() {
        val unused = mapOf(401 to """{"error":"invalid_client"}""", 404 to "<", 301 to "-", 429 to "{}", 503 to "-")
        for ((status, body) in unused) assertTrue(isUnusedAfter(status, body), "$status")
        val perhapsUsed = mapOf(400 to """{"error":"invalid_grant"}""", 500 to "-", 200 to """{"access_""")
        for ((status, body) in perhapsUsed) assertFalse(isUnusedAfter(status, body), "$status")
    }

    @Test
    fun `a token that was never sent is unused`() {
        assertTrue(isUnusedAt("http://localhost:9"))
        assertTrue(isUnusedAt("http://localhost:65536"))
        ServerSocket(0, 1, loopback).use { server ->
            val refusal = thread {
                try {
                    server.accept().use {
                        it.getInputStream().read()
                        // A fatal alert of TLS: no handshake is possible.
                        it.getOutputStream().write(HexFormat.of().parseHex("15030300020228"))
                        it.getInputStream().readAllBytes()
                    }
                } catch (_: IOException) {
                    // The client has what it needs.
                }
            }
            assertTrue(isUnusedAt("https://localhost:${server.localPort}"))
            refusal.join()
        }
    }

    @Test
    fun `a token is unused if the connection is lost before it was sent`() {
        // Nothing is sent before the handshake of TLS.
        for ((scheme, isUnused) in mapOf("http" to false, "https" to true)) {
            ServerSocket(0, 1, loopback).use { server ->
                val loss = thread { server.accept().use { it.getInputStream().read(ByteArray(65_536)) } }
                assertEquals(isUnused, isUnusedAt("$scheme://localhost:${server.localPort}"), scheme)
                loss.join()
            }
        }
    }

    @Test
    fun `a token is unused while the handshake of TLS stalls`() {
        ServerSocket(0, 1, loopback).use { server ->
            val request = FutureTask { isUnusedAt("https://localhost:${server.localPort}") }
            val caller = thread { request.run() }
            server.accept().use {
                it.getInputStream().read(ByteArray(65_536))
                caller.interrupt() // instead of the limit of its time
                assertTrue(request.get())
            }
        }
    }

    @Test
    fun `what is not one JSON object is none`() {
        assertEquals("x", parseObject("""{"a":"x"}""")?.text("a"))
        for (text in listOf("", "null", "[]", "{a: 1}", "{} {}", """{"a":[x}""")) assertNull(parseObject(text), text)
    }
}

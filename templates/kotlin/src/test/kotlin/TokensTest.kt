package com.example.revento

import java.io.File
import java.io.IOException
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import kotlin.io.path.createTempDirectory
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.test.fail

class TokensTest {
    private val directory = createTempDirectory().toFile()
    private val config = testSettings(directory)
    private val sealed = Sealed(config.tokenKey)
    private val spent = Login("evt_1", "org_1", "a1", "r1", "event.read")
    private val renewed = Login(null, null, "a2", "r2")
    private val tokens = Tokens(config, sealed).apply { store(spent) }

    @AfterTest
    fun clean() {
        directory.deleteRecursively()
    }

    @Test
    fun `tokens are encrypted on disk`() {
        val files = directory.walk().filter { it.isFile }.toList()
        assertTrue(files.isNotEmpty())
        for (file in files) assertFalse("evt_1" in file.readBytes().decodeToString())
        assertEquals(spent, tokens.loginFor("evt_1"))
    }

    @Test
    fun `a sealed value opens under its own name only`() {
        val data = sealed.seal("secret", "one")
        assertEquals("secret", sealed.unseal(data, "one", String::class.java))
        assertNull(sealed.unseal(data, "another", String::class.java))
        data[data.lastIndex] = (data.last() + 1).toByte()
        assertNull(sealed.unseal(data, "one", String::class.java))
        assertNull(sealed.unseal(ByteArray(5), "one", String::class.java))
    }

    @Test
    fun `twenty callers refresh once`() {
        val requests = AtomicInteger()
        val caller = Callable { tokens.refreshed(spent) { renewed.also { requests.incrementAndGet() } } }
        val threads = Executors.newFixedThreadPool(20)
        val logins = threads.invokeAll(List(20) { caller }).map { it.get() }
        threads.shutdown()
        assertEquals(setOf<String?>("a2"), logins.map { it.accessToken }.toSet())
        assertEquals(1, requests.get())
        assertEquals("r2", tokens.loginFor("evt_1").refreshToken)
    }

    @Test
    fun `invalid_grant ends the login`() {
        assertFailsWith<LoginEnded> { tokens.refreshed(spent) { throw TokenError("invalid_grant", false) } }
        assertFailsWith<LoginEnded> { tokens.loginFor("evt_1") }
    }

    @Test
    fun `a refresh that Revento never got is sent again`() {
        assertFailsWith<TokenError> { tokens.refreshed(spent) { throw TokenError("unreachable", true) } }
        assertEquals("a2", tokens.refreshed(spent) { renewed }.accessToken)
    }

    @Test
    fun `a refresh that was never answered is not sent again`() {
        assertFailsWith<TokenError> { tokens.refreshed(spent) { throw TokenError("no answer", false) } }
        assertFailsWith<LoginEnded> { tokens.refreshed(spent) { fail("It was sent again.") } }
    }

    @Test
    fun `a deletion during a refresh wins`() {
        assertFailsWith<LoginEnded> {
            tokens.refreshed(spent) { renewed.also { tokens.end("evt_1", "org_1", DELETION) } }
        }
        assertFailsWith<LoginEnded> { tokens.loginFor("evt_1") }
    }

    @Test
    fun `a refused refresh keeps a login that was made meanwhile`() {
        val found = tokens.refreshed(spent) {
            tokens.store(spent.copy(accessToken = "b1", refreshToken = "s1"))
            throw TokenError("invalid_grant", false)
        }
        assertEquals("b1", found.accessToken)
    }

    @Test
    fun `what cannot be kept is not requested`() {
        val lock = config.dataDir.resolve("logins.lock")
        lock.delete()
        lock.mkdir() // as on a full disk, nothing is written now
        assertFailsWith<IOException> { tokens.refreshed(spent) { fail("The answer could not be kept.") } }
        lock.delete()
        assertEquals("a2", tokens.refreshed(spent) { renewed }.accessToken)
    }

    @Test
    fun `a token that was marked but not sent is sent later`() {
        var isFlushed = false
        val unflushed = object : Sealed(config.tokenKey) {
            override fun write(file: File, value: Any) {
                super.write(file, value)
                // As when the directory of the file could not be flushed.
                if (!isFlushed) throw IOException("Input/output error").also { isFlushed = true }
            }
        }
        assertFailsWith<IOException> { Tokens(config, unflushed).refreshed(spent) { fail("Its mark may be lost.") } }
        assertEquals("a2", tokens.refreshed(spent) { renewed }.accessToken)
    }

    @Test
    fun `a damaged login does not hold up the others`() {
        config.dataDir.resolve("logins/damaged.sealed").writeText("damaged")
        assertEquals(spent, tokens.loginFor("evt_1"))
        assertFailsWith<LoginEnded> { tokens.loginFor("evt_damaged") }
    }

    @Test
    fun `another key ends the start`() {
        repeat(2) { sealed.open(directory) }
        val failure = assertFailsWith<IllegalStateException> { Sealed(ByteArray(32)).open(directory) }
        assertTrue("REVENTO_TOKEN_KEY" in failure.message.orEmpty(), failure.message)
        sealed.open(directory) // it is still the right one
    }
}

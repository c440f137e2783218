package com.example.revento

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.io.File
import java.net.InetSocketAddress
import java.net.URLDecoder
import java.util.concurrent.ExecutionException
import java.util.concurrent.Executors
import kotlin.system.exitProcess

private const val MAX_BODY_BYTES = 1 shl 20
private const val GRACE_SECONDS = 1 // all of it is taken
private const val COOKIE = "revento_attempt"
private val sentCookie = Regex("(?:^|; )$COOKIE=([\\w-]+)")
private val thisMachine = Regex("""(?:localhost|127\.0\.0\.1|\[::1])(?::\d+)?""")

/** The routes. */
class App(private val config: Config) {
    private val sealed = Sealed(config.tokenKey)
    private val tokens = Tokens(config, sealed)
    private val oauth = OAuth(config, sealed, tokens)
    private val webhooks = Webhooks(config, sealed, tokens)
    private val mirror = Mirror(config, sealed, tokens, Api(config, tokens, oauth))

    /** Listens, and works deliveries from now on. */
    fun serve(): HttpServer {
        // Small answers leave at once, and a client that sends a request slowly is cut off.
        System.setProperty("sun.net.httpserver.nodelay", "true")
        System.setProperty("sun.net.httpserver.maxReqTime", "10")
        tokens.logins() // the log says now which ones cannot be read
        val server = HttpServer.create(InetSocketAddress(config.port), 0)
        server.executor = Executors.newCachedThreadPool()
        server.createContext("/") { exchange ->
            exchange.use { runCatching { exchange.route() }.onFailure(exchange::fail) }
        }
        server.start()
        webhooks.workDeliveries(mirror::work)
        return server
    }

    /** Lets running requests end, and a refresh in any case. */
    fun stop(server: HttpServer) {
        server.stop(GRACE_SECONDS)
        tokens.close()
        log("stopped")
    }

    private fun HttpExchange.route() {
        val query = query()
        val event = query["event"]
        when ("$requestMethod ${requestURI.path}") {
            "GET /healthz" -> reply(200, mapOf("status" to "ok"))
            "GET /connect" -> connect(event ?: config.eventId)
            "GET /callback" -> callback(query)
            "POST /webhooks/revento" -> webhook()
            "GET /participants" -> forThisMachine { mapOf("data" to mirror.participants(event ?: config.eventId)) }
            "POST /sync" -> forThisMachine { mapOf("events" to eventsToSync(event).map(mirror::sync)) }
            else -> reply(404, mapOf("error" to "not_found"))
        }
    }

    private fun eventsToSync(event: String?) =
        event?.let(::listOf) ?: tokens.logins().mapNotNull { it.eventId }.ifEmpty { listOf(config.eventId) }

    private fun HttpExchange.connect(eventId: String) {
        val (url, cookie) = oauth.begin(eventId)
        setCookie(cookie, attemptLifetime.toSeconds())
        responseHeaders["Location"] = url
        sendResponseHeaders(302, -1)
    }

    private fun HttpExchange.callback(query: Map<String, String>) {
        val sent = requestHeaders["Cookie"].orEmpty().joinToString("; ")
        setCookie("", 0)
        val login = oauth.finish(query, sentCookie.find(sent)?.groupValues?.get(1).orEmpty())
        log("connected", "event_id" to login.eventId, "scope" to login.scope)
        reply(200, "Connected. You can close this page.\n")
    }

    private fun HttpExchange.setCookie(value: String, maxAge: Long) {
        val (scheme, path) = config.redirectUri.run { scheme to path }
        val secure = if (scheme == "https") "; Secure" else ""
        responseHeaders["Set-Cookie"] = "$COOKIE=$value; Max-Age=$maxAge; Path=$path; HttpOnly; SameSite=Lax$secure"
    }

    private fun HttpExchange.webhook() {
        val body = requestBody.readNBytes(MAX_BODY_BYTES + 1) // the raw bytes: nothing may parse them first
        sendResponseHeaders(if (body.size > MAX_BODY_BYTES) 413 else webhooks.receive(requestHeaders, body), -1)
    }
}

/** For routes that show attendees' data, until you protect them with your own login. */
private fun HttpExchange.forThisMachine(content: () -> Any) {
    val isProxied = listOf("Forwarded", "X-Forwarded-For", "Origin").any { it in requestHeaders }
    val isNamedSo = thisMachine.matches(requestHeaders.getFirst("Host").orEmpty())
    when {
        remoteAddress.address.isLoopbackAddress && isNamedSo && !isProxied -> reply(200, content())
        else -> reply(403, mapOf("error" to "this_machine_only"))
    }
}

private fun HttpExchange.fail(failure: Throwable) {
    val cause = generateSequence(failure) { it.cause }.first { it !is ExecutionException }
    log("request failed", "error" to "$cause")
    when (cause) {
        is NotConnected -> reply(400, "${cause.message}\n")
        is LoginEnded -> reply(409, mapOf("error" to "not_connected", "message" to cause.message))
        else -> reply(502, mapOf("error" to "failed"))
    }
}

/** Text is sent as text, everything else as JSON. */
private fun HttpExchange.reply(status: Int, content: Any) {
    val (type, text) = when (content) {
        is String -> "text/plain; charset=utf-8" to content
        else -> "application/json" to content.toJson()
    }
    val body = text.toByteArray()
    responseHeaders["Content-Type"] = type
    sendResponseHeaders(status, body.size.toLong())
    responseBody.write(body)
}

private fun HttpExchange.query(): Map<String, String> = requestURI.rawQuery.orEmpty().split('&').associate { field ->
    decoded(field.substringBefore('=')) to decoded(field.substringAfter('=', ""))
}

private fun decoded(text: String) = URLDecoder.decode(text, Charsets.UTF_8)

fun main() {
    try {
        val config = Config(environment(File(".env")))
        Sealed(config.tokenKey).check(config.dataDir)
        val app = App(config)
        val server = app.serve()
        Runtime.getRuntime().addShutdownHook(Thread { app.stop(server) })
        log("listening", "port" to config.port)
    } catch (failed: Exception) { // a wrong setting, or a port that is taken
        System.err.println(failed.message ?: failed)
        exitProcess(1)
    }
}

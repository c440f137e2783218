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
private const val COOKIE = "revento_attempt"
private val thisMachine = Regex("""(?:localhost|127\.0\.0\.1|\[::1])(?::\d+)?""")

/** The routes. */
class App(private val config: Config) {
    private val sealed = Sealed(config.tokenKey)
    private val tokens = Tokens(config, sealed)
    private val oauth = OAuth(config, sealed, tokens)
    private val webhooks = Webhooks(config, sealed, tokens)
    private val mirror = Mirror(config, sealed, tokens, Api(config, tokens, oauth))
    private val server = HttpServer.create(InetSocketAddress(config.port), 0)

    /** Listens, and works deliveries from now on. */
    fun start() {
        sealed.open(config.dataDir)
        server.executor = Executors.newCachedThreadPool()
        server.createContext("/") { exchange -> exchange.use { it.runCatching { route() }.onFailure(it::fail) } }
        server.start()
        webhooks.workDeliveries(mirror::work)
        log("listening", "port" to config.port)
    }

    /** Lets running requests end, and a refresh in any case. */
    fun stop() {
        server.stop(1) // second, all of which is taken
        tokens.close()
    }

    private fun HttpExchange.route() {
        val query = query()
        val eventId = query["event"].orEmpty().ifEmpty { config.eventId }
        when ("$requestMethod ${requestURI.path}") {
            "GET /healthz", "HEAD /healthz" -> reply(200, mapOf("status" to "ok"))
            "GET /connect" -> {
                val (url, cookie) = oauth.begin(eventId)
                setCookie(cookie, ATTEMPT_SECONDS)
                responseHeaders["Location"] = url
                sendResponseHeaders(302, -1)
            }
            "GET /callback" -> {
                val cookie = requestHeaders.getFirst("Cookie").orEmpty().split("; ").find { it.startsWith("$COOKIE=") }
                setCookie("", 0)
                val login = oauth.finish(query, cookie?.substringAfter('=').orEmpty())
                log("connected", "event_id" to login.eventId, "scope" to login.scope)
                reply(200, "Connected. You can close this page.\n")
            }
            "POST /webhooks/revento" -> {
                val body = requestBody.readNBytes(MAX_BODY_BYTES + 1) // the raw bytes: nothing may parse them first
                sendResponseHeaders(if (body.size > MAX_BODY_BYTES) 413 else webhooks.receive(requestHeaders, body), -1)
            }
            "GET /participants" -> forThisMachine { mapOf("data" to mirror.participants(eventId)) }
            "POST /sync" -> forThisMachine {
                val events = if (query["event"].isNullOrEmpty()) tokens.logins().mapNotNull { it.eventId } else listOf()
                mapOf("events" to events.ifEmpty { listOf(eventId) }.map(mirror::sync))
            }
            else -> reply(404, mapOf("error" to "not_found"))
        }
    }

    private fun HttpExchange.setCookie(value: String, maxAge: Long) {
        val rules = "Path=${config.redirectUri.path}; HttpOnly; SameSite=Lax"
        val secure = if (config.redirectUri.scheme == "https") "; Secure" else ""
        responseHeaders["Set-Cookie"] = "$COOKIE=$value; Max-Age=$maxAge; $rules$secure"
    }
}

/** For routes that show attendees' data, until you protect them with your own login. */
private fun HttpExchange.forThisMachine(content: () -> Any) {
    val isProxied = listOf("Forwarded", "X-Forwarded-For", "Origin").any { it in requestHeaders }
    val isNamedSo = thisMachine.matches(requestHeaders.getFirst("Host").orEmpty())
    val isLocal = remoteAddress.address.isLoopbackAddress && isNamedSo && !isProxied
    if (isLocal) reply(200, content()) else reply(403, mapOf("error" to "this_machine_only"))
}

private fun HttpExchange.fail(failure: Throwable) {
    val error = generateSequence(failure) { it.cause }.first { it !is ExecutionException }
    log("request failed", "error" to "$error", "cause" to error.cause?.toString())
    when (error) {
        is NotConnected -> reply(400, "${error.message}\n")
        is LoginEnded -> reply(409, mapOf("error" to "not_connected", "message" to error.message))
        else -> reply(if (error is ApiError) 502 else 500, mapOf("error" to "failed"))
    }
}

/** Text is sent as text, everything else as JSON. */
private fun HttpExchange.reply(status: Int, content: Any) {
    responseHeaders["Content-Type"] = if (content is String) "text/plain; charset=utf-8" else "application/json"
    val body = (content as? String ?: content.toJson()).toByteArray()
    if (requestMethod == "HEAD") return sendResponseHeaders(status, -1)
    sendResponseHeaders(status, body.size.toLong())
    responseBody.write(body)
}

private fun HttpExchange.query(): Map<String, String> = requestURI.rawQuery.orEmpty().split('&').associate { field ->
    field.substringBefore('=') to URLDecoder.decode(field.substringAfter('=', ""), Charsets.UTF_8)
}

fun main(): Unit = try {
    // Small answers leave at once, and a client that sends a request slowly is cut off.
    System.setProperty("sun.net.httpserver.nodelay", "true")
    System.setProperty("sun.net.httpserver.maxReqTime", "10")
    val app = App(Config(environment(File(".env"))))
    app.start()
    Runtime.getRuntime().addShutdownHook(Thread(app::stop))
} catch (failed: Exception) { // a wrong setting, or a port that is taken
    System.err.println(failed.message ?: failed)
    exitProcess(1)
}

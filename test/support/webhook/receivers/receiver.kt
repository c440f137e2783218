import com.google.gson.Gson
import com.google.gson.JsonElement
import com.google.gson.JsonParseException
import com.google.gson.JsonParser
import com.sun.net.httpserver.Headers
import com.sun.net.httpserver.HttpServer
import java.net.InetSocketAddress
import java.security.MessageDigest
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Executors
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec
import kotlin.math.abs

class Answer(val status: Int, val word: String)

val seen: MutableSet<String> = ConcurrentHashMap.newKeySet()

fun main() {
    val server = HttpServer.create(InetSocketAddress("127.0.0.1", System.getenv("PORT").toInt()), 0)
    server.executor = Executors.newCachedThreadPool()
    server.createContext("/") { exchange ->
        val raw = exchange.requestBody.readBytes()
        val answer = judge(exchange.requestURI.path.substring(1), exchange.requestHeaders, raw)
        val word = answer.word.toByteArray()
        exchange.sendResponseHeaders(answer.status, word.size.toLong())
        exchange.responseBody.use { it.write(word) }
    }
    server.start()
}

fun judge(mistake: String, headers: Headers, raw: ByteArray): Answer {
    val id = headers.getFirst("X-Revento-Delivery-Id").orEmpty()
    val timestamp = headers.getFirst("X-Revento-Timestamp").orEmpty()
    if (mistake == "id-first" && !seen.add(id)) return Answer(200, "duplicate")
    if (mistake != "no-timestamp") {
        if (!timestamp.matches(Regex("[0-9]{1,12}"))) return Answer(401, "bad timestamp")
        if (abs(System.currentTimeMillis() / 1000 - timestamp.toLong()) > 300) return Answer(401, "too old")
    }
    val value = parsed(raw.decodeToString())
    val signed = when (mistake) {
        "trimmed" -> raw.decodeToString().trim().toByteArray()
        "reserialized" -> Gson().toJson(value).toByteArray()
        else -> raw
    }
    val given = headers.getFirst("X-Revento-Signature").orEmpty()
    val wanted = "sha256=" + hmac(timestamp, signed)
    if (!MessageDigest.isEqual(wanted.toByteArray(), given.toByteArray())) return Answer(401, "bad signature")
    if (value?.isJsonObject != true) return Answer(400, "not JSON")
    if (mistake != "id-first" && !seen.add(id)) return Answer(200, "duplicate")
    return Answer(200, "processed")
}

fun parsed(text: String): JsonElement? =
    try {
        JsonParser.parseString(text)
    } catch (error: JsonParseException) {
        null
    }

fun hmac(timestamp: String, signed: ByteArray): String {
    val mac = Mac.getInstance("HmacSHA256")
    mac.init(SecretKeySpec(System.getenv("RECEIVER_SECRET").toByteArray(), "HmacSHA256"))
    mac.update("$timestamp.".toByteArray())
    return mac.doFinal(signed).joinToString("") { "%02x".format(it) }
}

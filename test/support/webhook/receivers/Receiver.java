import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Receiver {
  record Answer(int status, String word) {}

  static final Set<String> seen = ConcurrentHashMap.newKeySet();

  public static void main(String[] arguments) throws Exception {
    var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT")));
    var server = HttpServer.create(address, 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", exchange -> {
      byte[] raw = exchange.getRequestBody().readAllBytes();
      Answer answer = judge(exchange.getRequestURI().getPath().substring(1), exchange.getRequestHeaders(), raw);
      byte[] word = answer.word().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status(), word.length);
      exchange.getResponseBody().write(word);
      exchange.close();
    });
    server.start();
  }

  static String header(Headers headers, String name) {
    String value = headers.getFirst(name);
    return value == null ? "" : value;
  }

  static Answer judge(String mistake, Headers headers, byte[] raw) {
    String id = header(headers, "X-Revento-Delivery-Id");
    String timestamp = header(headers, "X-Revento-Timestamp");
    if (mistake.equals("id-first") && !seen.add(id)) return new Answer(200, "duplicate");
    if (!mistake.equals("no-timestamp")) {
      if (!timestamp.matches("[0-9]{1,12}")) return new Answer(401, "bad timestamp");
      long age = System.currentTimeMillis() / 1000 - Long.parseLong(timestamp);
      if (Math.abs(age) > 300) return new Answer(401, "too old");
    }
    String text = new String(raw, StandardCharsets.UTF_8);
    JsonElement value;
    try {
      value = JsonParser.parseString(text);
    } catch (JsonParseException error) {
      value = null;
    }
    byte[] signed = raw;
    if (mistake.equals("trimmed")) signed = text.strip().getBytes(StandardCharsets.UTF_8);
    if (mistake.equals("reserialized")) signed = new Gson().toJson(value).getBytes(StandardCharsets.UTF_8);
    byte[] wanted = ("sha256=" + hmac(timestamp, signed)).getBytes(StandardCharsets.UTF_8);
    byte[] given = header(headers, "X-Revento-Signature").getBytes(StandardCharsets.ISO_8859_1);
    if (!MessageDigest.isEqual(wanted, given)) return new Answer(401, "bad signature");
    if (value == null || !value.isJsonObject()) return new Answer(400, "not JSON");
    if (!mistake.equals("id-first") && !seen.add(id)) return new Answer(200, "duplicate");
    return new Answer(200, "processed");
  }

  static String hmac(String timestamp, byte[] signed) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(System.getenv("RECEIVER_SECRET").getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update((timestamp + ".").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(signed));
    } catch (java.security.GeneralSecurityException error) {
      throw new IllegalStateException(error);
    }
  }
}

import { doubleQuoted, type RecordedTest } from './recorded-test.ts';

/** A test for JUnit 5, with Java's standard library only. */
export function asJunit({ url, type, contentType, text, base64 }: RecordedTest): string {
  const body = text === null ? `Base64.getDecoder().decode("${base64}")` : `${doubleQuoted(text)}.getBytes(UTF_8)`;
  return `// A delivery of ${type}, recorded by revento. To run it, start your handler, set REVENTO_WEBHOOK_SECRET, then
// run WebhookTest as any other test.
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
${text === null ? 'import java.util.Base64;\n' : ''}import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class WebhookTest {
  private static final byte[] BODY = ${body};

  private static int deliver(byte[] sent) throws Exception {
    String url = System.getenv().getOrDefault("WEBHOOK_URL", "${url}");
    String timestamp = Long.toString(Instant.now().getEpochSecond());
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(System.getenv("REVENTO_WEBHOOK_SECRET").getBytes(UTF_8), "HmacSHA256"));
    mac.update((timestamp + ".").getBytes(UTF_8));
    String digest = HexFormat.of().formatHex(mac.doFinal(BODY));
    HttpRequest request = HttpRequest.newBuilder(URI.create(url))
        .header("Content-Type", "${contentType}")
        .header("X-Revento-Event", "${type}")
        .header("X-Revento-Delivery-Id", UUID.randomUUID().toString())
        .header("X-Revento-Timestamp", timestamp)
        .header("X-Revento-Signature", "sha256=" + digest)
        .POST(HttpRequest.BodyPublishers.ofByteArray(sent))
        .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @Test
  void acknowledgesTheDelivery() throws Exception {
    assertEquals(2, deliver(BODY) / 100);
  }

  @Test
  void rejectsAChangedBody() throws Exception {
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    changed.write(BODY);
    changed.write(' ');
    assertEquals(401, deliver(changed.toByteArray()));
  }
}
`;
}

import { asciiQuoted } from './literals.ts';
import { pascalCase } from './names.ts';
import type { TestCase, TestFile } from './test-file.ts';

/** Tests for JUnit 5, with Java's standard library only. */
export function asJunit({ url, className, key, cases, changed }: TestFile): string {
  return `// Deliveries recorded by revento. To run the tests, start your handler${key === null ? ', set REVENTO_WEBHOOK_SECRET' : ''}, then
// run ${className} as any other test.
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class ${className} {
  private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** The status of the answer. Signs what is in signed, with the current time; null leaves the headers as they are. */
  private static int deliver(String[][] headers, byte[] body, byte[] signed) throws Exception {
    URI url = URI.create(System.getenv().getOrDefault("WEBHOOK_URL", "${url}"));
    HttpRequest.Builder request = HttpRequest.newBuilder(url)
        .timeout(Duration.ofSeconds(10))
        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    for (String[] header : headers) {
      request.header(header[0], header[1]);
    }
    if (signed != null) {
      String secret = System.getenv${key === null ? '("REVENTO_WEBHOOK_SECRET")' : `().getOrDefault("REVENTO_WEBHOOK_SECRET", "${key}")`};
      Objects.requireNonNull(secret, "Set REVENTO_WEBHOOK_SECRET.");
      String timestamp = Long.toString(Instant.now().getEpochSecond());
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
      mac.update((timestamp + ".").getBytes(UTF_8));
      request.header("X-Revento-Timestamp", timestamp);
      request.header("X-Revento-Signature", "sha256=" + HexFormat.of().formatHex(mac.doFinal(signed)));
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }
${cases.map(testOf).join('')}${changed === null ? '' : changedTest(changed)}}
`;
}

function testOf(one: TestCase): string {
  const name = pascalCase(one);
  const call = `deliver(headersOf${name}(), bodyOf${name}(), ${one.isSigned ? `bodyOf${name}()` : 'null'})`;
  const body =
    one.text === null
      ? `Base64.getDecoder().decode(${longQuoted(one.base64)})`
      : `${longQuoted(one.text)}.getBytes(UTF_8)`;
  const sent = one.headers.filter(([, value]) => isAscii(value));
  const unsent = one.headers.filter(([, value]) => !isAscii(value)).map(([header]) => header);
  return `
  private static String[][] headersOf${name}() {
${unsent.length === 0 ? '' : `    // Without ${unsent.join(', ')}: Java's HttpClient only sends ASCII in headers.\n`}    return new String[][] {
${sent.map(([header, value]) => `      {${asciiQuoted(header)}, ${asciiQuoted(value)}},\n`).join('')}    };
  }

  private static byte[] bodyOf${name}() {
    return ${body};
  }

  @Test
  void answers${name}() throws Exception {
    ${one.status === null ? `assertEquals(2, ${call} / 100);` : `assertEquals(${one.status}, ${call});`}
  }
`;
}

function isAscii(text: string): boolean {
  return /^[\t -~]*$/.test(text);
}

/** A constant in a class file has at most 65,535 bytes, three of them for a character. */
const longestConstant = 20_000;

/** A string of any length, joined at run time: the compiler would join constants. */
function longQuoted(text: string): string {
  if (text.length <= longestConstant) return asciiQuoted(text);
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += longestConstant) parts.push(text.slice(at, at + longestConstant));
  return `String.join("", ${parts.map(asciiQuoted).join(', ')})`;
}

function changedTest(one: TestCase): string {
  const name = pascalCase(one);
  return `
  @Test
  void rejectsAChangedBody() throws Exception {
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    changed.write(bodyOf${name}());
    changed.write(' ');
    assertEquals(401, deliver(headersOf${name}(), changed.toByteArray(), bodyOf${name}()));
  }
`;
}

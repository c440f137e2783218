package com.example.revento;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** The whole integration at a sandbox: revento sandbox exec ... -- mvn test. */
@EnabledIfEnvironmentVariable(named = "REVENTO_SANDBOX_KEY", matches = ".+")
class SandboxTest {
  private final HttpClient browser = HttpClient.newHttpClient();
  @TempDir Path directory;

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return browser.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> visit(String address, String... headers) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(address));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElseThrow();
  }

  @Test
  void connectsReadsHearsOfChangesRefreshesOnceAndForgets() throws Exception {
    var settings = TestSettings.in(directory);
    var redirect = URI.create(settings.redirectUri);
    var server = App.of(settings).serve();
    var threads = Executors.newFixedThreadPool(20);
    var here = "http://" + redirect.getAuthority();
    Callable<Integer> sync =
        () -> {
          var address = URI.create(here + "/sync?event=" + settings.eventId);
          return send(HttpRequest.newBuilder(address).POST(BodyPublishers.noBody())).statusCode();
        };
    Callable<Integer> count =
        () -> {
          var answer = Json.read(visit(here + "/participants").body(), JsonObject.class);
          return answer.getAsJsonArray("data").size();
        };
    try {
      var start = visit(here + "/connect");
      var callback = header(visit(header(start, "Location")), "Location");
      assertEquals(400, visit(callback).statusCode(), "another browser");
      var cookie = header(start, "Set-Cookie").split(";")[0];
      assertEquals(200, visit(callback, "Cookie", cookie).statusCode());

      assertEquals(200, sync.call());
      int before = count.call();
      assertTrue(before >= 30);
      control(settings, "/do", "{\"action\":\"apply\"}");
      until(() -> count.call() == before + 1);

      control(settings, "/clock/advance", "{\"ms\":3700000}");
      for (var status : threads.invokeAll(Collections.nCopies(20, sync))) {
        assertEquals(200, status.get());
      }

      control(settings, "/revoke", "{}");
      until(() -> count.call() == 0);
      assertEquals(409, sync.call());
    } finally {
      threads.shutdown();
      server.stop(0);
    }
  }

  private void control(Config settings, String path, String body) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(settings.authBase + "/_sandbox/v1" + path))
            .header("Authorization", "Bearer " + System.getenv("REVENTO_SANDBOX_KEY"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    assertEquals(200, send(request).statusCode(), path);
  }

  private static void until(Callable<Boolean> holds) throws Exception {
    for (int left = 200; !holds.call(); left--) {
      assertTrue(left > 0, "it did not happen");
      Thread.sleep(25);
    }
  }
}

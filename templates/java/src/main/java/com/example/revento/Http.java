package com.example.revento;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Requests of this integration. They follow no redirects, which could lead tokens elsewhere. */
final class Http {
  private static final int LIMIT_SECONDS = 15;

  private Http() {}

  static HttpClient newClient() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  /** The whole answer within the limit; the timeout of a request would end with its headers. */
  static HttpResponse<String> send(HttpClient client, HttpRequest request) throws IOException {
    var pending = client.sendAsync(request, BodyHandlers.ofString());
    try {
      return pending.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | InterruptedException lost) {
      throw new IOException("no whole answer", lost.getCause());
    } finally {
      pending.cancel(true); // nobody waits for it anymore
    }
  }

  static String query(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> field.getKey() + "=" + encoded(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }
}

package com.example.revento;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Requests of this integration. They follow no redirects, which could lead tokens elsewhere. */
final class Http {
  private Http() {}

  static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(10))
        .build();
  }

  /** The whole answer within the limit; the timeout of a request would end with its headers. */
  static HttpResponse<String> send(HttpClient client, HttpRequest request, Duration limit)
      throws IOException {
    var pending = client.sendAsync(request, BodyHandlers.ofString());
    try {
      return pending.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      pending.cancel(true);
      throw new HttpTimeoutException("no whole answer within " + limit.toSeconds() + " s");
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof IOException failure ? failure : new IOException(failed);
    } catch (InterruptedException stopped) {
      throw new IOException(stopped); // nobody interrupts a thread here
    }
  }

  static String query(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}

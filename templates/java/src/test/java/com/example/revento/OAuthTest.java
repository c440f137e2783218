package com.example.revento;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OAuthTest {
  @TempDir Path directory;

  private Failure refused(String base) {
    var config = TestSettings.in(directory, Map.of("REVENTO_AUTH_BASE", base));
    var sealed = new Sealed(config.tokenKey);
    var oauth = new OAuth(config, sealed, new Tokens(config, sealed));
    return assertThrows(Failure.class, () -> oauth.requestTokens(Map.of("refresh_token", "r1")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | {\"error\":\"invalid_client\"} | true",
        "404 | <html> | true",
        "301 | - | true",
        "429 | {\"error\":\"rate_limited\"} | true",
        "503 | - | true",
        "400 | {\"error\":\"invalid_grant\"} | false",
        "500 | - | false",
        "200 | {\"access_ | false",
      })
  void onlyATokenThatCannotHaveBeenUsedIsSentAgain(int status, String body, boolean isUnused)
      throws Exception {
    try (var revento = Answering.with(status, body)) {
      assertEquals(isUnused, refused(revento.base()).isUnused);
    }
  }

  @Test
  void aTokenThatWasNeverSentIsUnused() throws Exception {
    assertTrue(refused("http://localhost:9").isUnused);
    assertTrue(refused("http://localhost:65536").isUnused);
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var refusal =
          new Thread(
              () -> {
                try (var connection = server.accept()) {
                  connection.getInputStream().read();
                  // a fatal alert of TLS: no handshake is possible
                  connection.getOutputStream().write(HexFormat.of().parseHex("15030300020228"));
                  connection.getInputStream().readAllBytes();
                } catch (IOException over) {
                  // the client has what it needs
                }
              });
      refusal.start();
      assertTrue(refused("https://localhost:" + server.getLocalPort()).isUnused);
      refusal.join();
    }
  }

  @ParameterizedTest
  @CsvSource({"http, false", "https, true"}) // nothing is sent before the handshake of TLS
  void aTokenIsUnusedIfTheConnectionIsLostBeforeItWasSent(String scheme, boolean isUnused)
      throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var loss =
          new Thread(
              () -> {
                try (var connection = server.accept()) {
                  connection.getInputStream().read(new byte[65_536]);
                } catch (IOException over) {
                  // the client has what it needs
                }
              });
      loss.start();
      var failure = refused(scheme + "://localhost:" + server.getLocalPort());
      loss.join();
      assertEquals(isUnused, failure.isUnused);
    }
  }

  @Test
  void aTokenIsUnusedWhileTheHandshakeOfTlsStalls() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var request = new FutureTask<>(() -> refused("https://localhost:" + server.getLocalPort()));
      var caller = new Thread(request);
      caller.start();
      try (var connection = server.accept()) {
        connection.getInputStream().read(new byte[65_536]);
        caller.interrupt(); // instead of the limit of its time
        assertTrue(request.get().isUnused);
      }
    }
  }
}

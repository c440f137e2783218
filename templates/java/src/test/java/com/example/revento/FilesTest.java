package com.example.revento;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What cannot be read is never taken for what is not there: here, a file in the place of a
 * directory.
 */
class FilesTest {
  @TempDir Path directory;
  private Config config;
  private Sealed sealed;
  private Tokens tokens;

  @BeforeEach
  void open() throws IOException {
    config = TestSettings.in(directory);
    sealed = new Sealed(config.tokenKey);
    tokens = new Tokens(config, sealed);
    Files.createDirectories(config.dataDir);
  }

  @ParameterizedTest
  @CsvSource({"POST, /sync, logins", "GET, /participants, participants"})
  void anUnreadableDirectoryIsAFailureOfThisMachine(String method, String path, String name)
      throws Exception {
    Files.createFile(config.dataDir.resolve(name));
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", App.of(config)::handle);
    server.start();
    var printed = new ByteArrayOutputStream();
    var before = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      var address = URI.create("http://localhost:" + server.getAddress().getPort() + path);
      var request = HttpRequest.newBuilder(address).method(method, BodyPublishers.noBody()).build();
      var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
      assertEquals(500, answer.statusCode());
      assertTrue(printed.toString(StandardCharsets.UTF_8).contains("java.nio.file."));
    } finally {
      System.setOut(before);
      server.stop(0);
    }
  }

  @Test
  void whatOnlyReadsCreatesNothing() throws Exception {
    assertEquals(List.of(), new Mirror(config, sealed, tokens, null).participants("evt_none"));
    assertEquals(List.of(), tokens.logins());
    assertEquals(0, config.dataDir.toFile().list().length);
  }

  @Test
  void aLoginThatCannotBeReadMayBeTheOneAndDoesNotHoldUpTheOthers() throws Exception {
    var login = new Login("evt_1", "org_1", "a1", "r1", "", false, null);
    tokens.store(login);
    Files.createDirectory(config.dataDir.resolve("logins/unread.sealed"));
    assertEquals(login, tokens.loginFor("evt_1"));
    var failure = assertThrows(IOException.class, () -> tokens.loginFor("evt_2"));
    assertTrue(!(failure instanceof Failure), failure.toString());
  }

  @Test
  void aMirrorThatCannotBeReadIsNotTakenForDeleted() throws Exception {
    var mirror = new Mirror(config, sealed, tokens, null);
    var rows = config.dataDir.resolve("participants");
    Files.createDirectory(rows);
    Files.createFile(rows.resolve(Sealed.fileName("evt_1")));
    var event = new Webhooks.Event(Webhooks.DELETION, "2026", "evt_1", "org_1", null);
    assertThrows(FileSystemException.class, () -> mirror.work(event, "1"));
  }

  @ParameterizedTest
  @CsvSource({
    "logins/young.tmp, 0, true",
    "logins/a.tmp, 2, false",
    "participants/evt_1/b.tmp, 2, false",
    "worked/once, 2, true",
    "worked/long_ago, 31, false",
  })
  void theStartRemovesOnlyWhatKilledProcessesLeft(String name, int days, boolean isKept)
      throws Exception {
    var path = config.dataDir.resolve(name);
    Sealed.createOnce(path);
    var then = Instant.now().minus(Duration.ofDays(days));
    Files.setLastModifiedTime(path, FileTime.from(then));
    Sealed.sweep(directory.toFile());
    assertEquals(isKept, Files.exists(path));
  }
}

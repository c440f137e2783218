package com.example.revento;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
  private static final Login SPENT =
      new Login("evt_1", "org_1", "a1", "r1", "event.read", false, null);
  private static final Login RENEWED = new Login(null, null, "a2", "r2", null, false, null);

  @TempDir Path directory;
  private Config config;
  private Sealed sealed;
  private Tokens tokens;

  @BeforeEach
  void storeALogin() throws Exception {
    config = TestSettings.in(directory);
    sealed = new Sealed(config.tokenKey);
    tokens = new Tokens(config, sealed);
    tokens.store(SPENT);
  }

  @Test
  void tokensAreEncryptedOnDisk() throws Exception {
    try (var paths = Files.walk(directory)) {
      for (var path : paths.filter(Files::isRegularFile).toList()) {
        var text = Files.readString(path, StandardCharsets.ISO_8859_1);
        assertFalse(text.contains("evt_1") || text.contains("r1"));
      }
    }
    assertEquals(SPENT, tokens.loginFor("evt_1"));
  }

  @Test
  void aSealedValueOpensUnderItsOwnNameOnly() throws Exception {
    var data = sealed.seal("secret", "one");
    assertEquals("secret", sealed.unseal(data, "one", String.class));
    assertNull(sealed.unseal(data, "another", String.class));
    data[data.length - 1] ^= 1;
    assertNull(sealed.unseal(data, "one", String.class));
    assertNull(sealed.unseal(new byte[5], "one", String.class));
  }

  @Test
  void twentyCallersRefreshOnce() throws Exception {
    var requests = new AtomicInteger();
    Callable<Login> caller =
        () ->
            tokens.refreshed(
                SPENT,
                form -> {
                  requests.incrementAndGet();
                  return RENEWED;
                });
    var threads = Executors.newFixedThreadPool(20);
    try {
      for (var login : threads.invokeAll(Collections.nCopies(20, caller))) {
        assertEquals("a2", login.get().accessToken());
      }
    } finally {
      threads.shutdown();
    }
    assertEquals(1, requests.get());
    assertEquals("r2", tokens.loginFor("evt_1").refreshToken());
  }

  @Test
  void invalidGrantEndsTheLogin() {
    assertEnded(() -> refused("invalid_grant", false));
    assertEnded(() -> tokens.loginFor("evt_1"));
  }

  @Test
  void aRefreshThatReventoNeverGotIsSentAgain() throws Exception {
    assertThrows(Failure.class, () -> refused("unreachable", true));
    assertEquals("a2", tokens.refreshed(SPENT, form -> RENEWED).accessToken());
  }

  @Test
  void aRefreshThatWasNeverAnsweredIsNotSentAgain() {
    assertThrows(Failure.class, () -> refused("no answer", false));
    assertEnded(() -> tokens.refreshed(SPENT, form -> fail("It was sent again.")));
  }

  @Test
  void aDeletionDuringARefreshWins() throws Exception {
    assertEnded(
        () ->
            tokens.refreshed(
                SPENT,
                form -> {
                  tokens.store(SPENT.ended(Webhooks.DELETION));
                  return RENEWED;
                }));
    assertEnded(() -> tokens.loginFor("evt_1"));
  }

  @Test
  void aRefusedRefreshKeepsALoginThatWasMadeMeanwhile() throws Exception {
    var found =
        tokens.refreshed(
            SPENT,
            form -> {
              tokens.store(SPENT.with(new Login(null, null, "b1", "s1", null, false, null)));
              throw new Failure("invalid_grant", "refused", false);
            });
    assertEquals("b1", found.accessToken());
  }

  @Test
  void whatCannotBeKeptIsNotRequested() throws Exception {
    var lock = TestSettings.in(directory).dataDir.resolve("logins.lock");
    Files.delete(lock);
    Files.createDirectory(lock); // as on a full disk, nothing is written now
    assertThrows(
        IOException.class,
        () -> tokens.refreshed(SPENT, form -> fail("The answer could not be kept.")));
    Files.delete(lock);
    assertEquals("a2", tokens.refreshed(SPENT, form -> RENEWED).accessToken());
  }

  @Test
  void aTokenThatWasMarkedButNotSentIsSentLater() throws Exception {
    var isFlushed = new AtomicBoolean();
    var unflushed =
        new Sealed(config.tokenKey) {
          @Override
          <T> T write(Path path, T value) throws Exception {
            super.write(path, value);
            // as when the directory of the file could not be flushed
            if (!isFlushed.getAndSet(true)) throw new IOException("Input/output error");
            return value;
          }
        };
    var marking = new Tokens(config, unflushed);
    assertThrows(
        IOException.class, () -> marking.refreshed(SPENT, form -> fail("Its mark may be lost.")));
    assertEquals("a2", tokens.refreshed(SPENT, form -> RENEWED).accessToken());
  }

  @Test
  void aDamagedLoginDoesNotHoldUpTheOthers() throws Exception {
    var logins = TestSettings.in(directory).dataDir.resolve("logins");
    Files.writeString(logins.resolve("damaged.sealed"), "damaged");
    assertEquals(SPENT, tokens.loginFor("evt_1"));
    assertEnded(() -> tokens.loginFor("evt_damaged"));
  }

  @Test
  void anotherKeyEndsTheStart() throws Exception {
    sealed.check(directory);
    sealed.check(directory);
    var another = new Sealed(new byte[32]);
    var failure = assertThrows(IOException.class, () -> another.check(directory));
    assertTrue(failure.getMessage().contains("REVENTO_TOKEN_KEY"), failure.getMessage());
    sealed.check(directory); // it is still the right one
  }

  private static void assertEnded(Executable work) {
    assertEquals("login_ended", assertThrows(Failure.class, work).code);
  }

  private void refused(String code, boolean isUnused) throws Exception {
    tokens.refreshed(
        SPENT,
        form -> {
          throw new Failure(code, "refused", isUnused);
        });
  }
}

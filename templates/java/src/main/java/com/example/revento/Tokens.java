package com.example.revento;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Logins on disk: a file for each event and organization, and refreshes that happen once. */
final class Tokens {
  /** A refresh without an answer by then never gets one: requests are given up after 15 s. */
  private static final Duration UNANSWERED = Duration.ofSeconds(30);

  private final Path directory;
  private final Sealed sealed;
  private final Map<Path, Object> locks = new ConcurrentHashMap<>();

  Tokens(Config config, Sealed sealed) {
    this.directory = config.dataDir().resolve("logins");
    this.sealed = sealed;
  }

  private Path path(String eventId, String organizationId) {
    return directory.resolve(Sealed.fileName(eventId, organizationId) + Sealed.SUFFIX);
  }

  private Path path(Login login) {
    return path(login.eventId(), login.organizationId());
  }

  /** Stores a login. Call it before anything uses its access token. */
  void store(Login login) throws IOException {
    sealed.write(path(login), login);
  }

  /** Every login that can be used. */
  List<Login> logins() throws IOException {
    return sealed.readAll(directory, Login.class).stream().filter(Login::isUsable).toList();
  }

  /** The login for an event. */
  Login loginFor(String eventId) throws IOException {
    return logins().stream()
        .filter(login -> login.eventId().equals(eventId))
        .findFirst()
        .orElseThrow(Login.EndedException::new);
  }

  /** Marks a login as ended and forgets its tokens. */
  void end(String eventId, String organizationId, String reason) throws IOException {
    Log.line("login ended", "event_id", eventId, "reason", reason);
    store(Login.ended(eventId, organizationId, reason));
  }

  /** Whether the connection ended and has not been made again. */
  boolean hasEnded(String eventId, String organizationId) throws IOException {
    var login = sealed.read(path(eventId, organizationId), Login.class);
    return login.isPresent() && !login.get().isUsable();
  }

  /** Asks the token endpoint. */
  interface Request {
    Login send(Map<String, String> form) throws IOException, InterruptedException;
  }

  /**
   * The login after a refresh; `spent` is the one whose access token has expired.
   *
   * <p>Revento revokes a login when a refresh token is used twice, so each one is claimed by a file
   * before it is sent: one request among all threads, one among all processes, one even when the
   * process dies half-way.
   */
  Login refreshed(Login spent, Request request) throws IOException, InterruptedException {
    synchronized (locks.computeIfAbsent(path(spent), path -> new Object())) {
      while (true) {
        var current = usable(spent);
        if (!current.accessToken().equals(spent.accessToken())) return current;
        var claim = directory.resolve(Sealed.fileName(current.refreshToken()) + ".claim");
        if (Sealed.createOnce(claim)) return refreshOnce(spent, claim, request);
        // Another process is refreshing: the files show the outcome.
        if (isUnanswered(claim)) {
          throw ended(current, "a refresh was never answered");
        }
        Thread.sleep(50);
      }
    }
  }

  private Login refreshOnce(Login spent, Path claim, Request request)
      throws IOException, InterruptedException {
    // Another process may have refreshed, and dropped its claim, since we looked.
    var current = usable(spent);
    if (current.accessToken().equals(spent.accessToken())) {
      try {
        var form = Map.of("grant_type", "refresh_token", "refresh_token", current.refreshToken());
        current = current.with(request.send(form));
        store(current);
      } catch (OAuth.TokenException refused) {
        // Where Revento may have used the token without an answer to us, the claim stays: the
        // token is never sent a second time.
        var isPermanent = refused.code.equals("invalid_grant");
        var failure = isPermanent ? ended(current, refused.code) : null;
        if (isPermanent || refused.isUnused) Files.deleteIfExists(claim);
        if (failure != null) throw failure;
        throw refused;
      }
    }
    Files.deleteIfExists(claim);
    return current;
  }

  private Login usable(Login login) throws IOException {
    return sealed
        .read(path(login), Login.class)
        .filter(Login::isUsable)
        .orElseThrow(Login.EndedException::new);
  }

  private Login.EndedException ended(Login login, String reason) throws IOException {
    end(login.eventId(), login.organizationId(), reason);
    return new Login.EndedException();
  }

  private static boolean isUnanswered(Path claim) throws IOException {
    try {
      var claimedAt = Files.getLastModifiedTime(claim).toInstant();
      return claimedAt.plus(UNANSWERED).isBefore(Instant.now());
    } catch (NoSuchFileException dropped) {
      return false;
    }
  }
}

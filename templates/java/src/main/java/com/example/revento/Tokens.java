package com.example.revento;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Logins on disk: a file for each event and organization, and refreshes that happen once. */
final class Tokens {
  /** A refresh without an answer by then never gets one: requests are given up after 15 s. */
  private static final Duration UNANSWERED = Duration.ofSeconds(30);

  private final Path directory;
  private final Sealed sealed;

  /** Held while a refresh runs. */
  private final ReentrantLock refreshing = new ReentrantLock();

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
    Sealed.inTurn(directory, () -> write(login));
  }

  private Login write(Login login) throws IOException {
    sealed.write(path(login), login);
    return login;
  }

  /**
   * Stores a login unless another came in the place of `spent` meanwhile. Gives the one that holds
   * now; throws where it ended.
   */
  private Login replace(Login spent, Login next) throws IOException {
    return Sealed.inTurn(
        directory,
        () -> {
          var current = usable(spent);
          return current.refreshToken().equals(spent.refreshToken()) ? write(next) : current;
        });
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

  /** Marks whatever login there is as ended and forgets its tokens. */
  void end(String eventId, String organizationId, String reason) throws IOException {
    Log.line("login ended", "event_id", eventId, "reason", reason);
    store(Login.ended(eventId, organizationId, reason));
  }

  /** Ends this login only. Gives the one that was stored in its place meanwhile, or throws. */
  Login endSpent(Login spent, String reason) throws IOException {
    var current = replace(spent, Login.ended(spent.eventId(), spent.organizationId(), reason));
    if (current.isUsable()) return current;
    Log.line("login ended", "event_id", spent.eventId(), "reason", reason);
    throw new Login.EndedException();
  }

  /** Whether Revento demanded deletion, and no organizer has connected the event again. */
  boolean isDeleted(String eventId, String organizationId) throws IOException {
    return sealed
        .read(path(eventId, organizationId), Login.class)
        .filter(login -> Webhooks.DELETION.equals(login.ended()))
        .isPresent();
  }

  /** The file that keeps its refresh token from being sent again. */
  Path claim(Login login) {
    return directory.resolve(Sealed.fileName(login.refreshToken()) + ".claim");
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
    refreshing.lock();
    try {
      while (true) {
        var current = usable(spent);
        if (!current.accessToken().equals(spent.accessToken())) return current;
        var claim = claim(current);
        if (Sealed.createOnce(claim)) return refreshOnce(spent, claim, request);
        // Another process is refreshing: the files show the outcome.
        if (isUnanswered(claim)) return endSpent(current, "a refresh was never answered");
        Thread.sleep(50);
      }
    } finally {
      refreshing.unlock();
    }
  }

  /** Lets a refresh end, whose new tokens would be lost with the process. No other one starts. */
  void close() {
    refreshing.lock();
  }

  private Login refreshOnce(Login spent, Path claim, Request request)
      throws IOException, InterruptedException {
    var mayBeSpent = false;
    try {
      // Another process may have refreshed, and dropped its claim, since we looked. Where nothing
      // can be written, as on a full disk, that shows now: the answer could not be kept.
      var current = replace(spent, spent);
      if (!current.accessToken().equals(spent.accessToken())) return current;
      mayBeSpent = true;
      var form = Map.of("grant_type", "refresh_token", "refresh_token", spent.refreshToken());
      var next = replace(spent, spent.with(request.send(form)));
      mayBeSpent = false;
      return next;
    } catch (OAuth.TokenException refused) {
      mayBeSpent = !refused.isUnused;
      if (refused.code.equals("invalid_grant")) return endSpent(spent, refused.code);
      throw refused;
    } finally {
      // Otherwise the claim stays: the token is never sent a second time.
      if (!mayBeSpent) Files.deleteIfExists(claim);
    }
  }

  private Login usable(Login login) throws IOException {
    return sealed
        .read(path(login), Login.class)
        .filter(Login::isUsable)
        .orElseThrow(Login.EndedException::new);
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

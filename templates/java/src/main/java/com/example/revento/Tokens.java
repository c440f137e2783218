package com.example.revento;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Logins on disk: a file for each event and organization, and refreshes that happen once. */
record Tokens(Config config, Sealed sealed) {
  /** Held for reading while a refresh runs. */
  private static final ReadWriteLock REFRESHING = new ReentrantReadWriteLock();

  private Path directory() {
    return config.dataDir.resolve("logins");
  }

  private Path path(String eventId, String organizationId) {
    return directory().resolve(Sealed.fileName(eventId, organizationId) + Sealed.SUFFIX);
  }

  private Path path(Login login) {
    return path(login.eventId(), login.organizationId());
  }

  /** Stores a login. Call it before anything uses its access token. */
  void store(Login login) throws IOException {
    Sealed.inTurn(directory(), () -> write(login));
  }

  private void write(Login login) throws IOException {
    if (login.ended() != null) {
      Log.line("login ended", "event_id", login.eventId(), "reason", login.ended());
    }
    sealed.write(path(login), login);
  }

  /** Stores a login, unless another came in the place of `spent` meanwhile, or that ended. */
  private void replace(Login spent, Login next) throws IOException {
    Sealed.inTurn(
        directory(),
        () -> {
          if (usable(spent).refreshToken().equals(spent.refreshToken())) write(next);
        });
  }

  /** Every login that can be used. */
  List<Login> logins() throws IOException {
    var all = sealed.readAll(directory(), Login.class).stream();
    return all.filter(login -> login.ended() == null).toList();
  }

  /** The login for an event. */
  Login loginFor(String eventId) throws IOException {
    var found = logins().stream().filter(login -> login.eventId().equals(eventId)).findFirst();
    return found.orElseThrow(Tokens::ended);
  }

  /** Marks whatever login there is as ended and forgets its tokens. */
  void end(String eventId, String organizationId, String reason) throws IOException {
    store(Login.ended(eventId, organizationId, reason));
  }

  /** Ends this login only, not one that was stored in its place meanwhile. */
  void endSpent(Login spent, String reason) throws IOException {
    replace(spent, Login.ended(spent.eventId(), spent.organizationId(), reason));
  }

  /** Whether Revento demanded deletion, and no organizer has connected the event again. */
  boolean isDeleted(String eventId, String organizationId) throws IOException {
    var login = sealed.read(path(eventId, organizationId), Login.class);
    return login != null && Webhooks.DELETION.equals(login.ended());
  }

  /** Asks the token endpoint. */
  interface Request {
    Login send(Map<String, String> form) throws IOException;
  }

  /**
   * The login after a refresh; `spent` is the one whose access token has expired.
   *
   * <p>Revento revokes a login when a refresh token is used twice. So one thread of one process at
   * a time refreshes, and what it is about to do is stored before: after a process that died
   * half-way, nobody sends the token again.
   */
  Login refreshed(Login spent, Request request) throws IOException {
    REFRESHING.readLock().lock();
    try {
      // Not the turn of the logins: a deletion must not wait until Revento has answered.
      Sealed.inTurn(
          path(spent),
          () -> {
            var current = usable(spent);
            if (current.accessToken().equals(spent.accessToken())) refreshOnce(current, request);
          });
    } finally {
      REFRESHING.readLock().unlock();
    }
    return usable(spent); // it may have ended, or been made again, meanwhile
  }

  /** Lets a refresh end, whose new tokens would be lost with the process. No other one starts. */
  void close() {
    REFRESHING.writeLock().lock();
  }

  private void refreshOnce(Login current, Request request) throws IOException {
    if (current.isSent()) {
      endSpent(current, "a refresh was never answered");
      return;
    }
    // Where this fails, as on a full disk, the new tokens could not be stored either.
    try {
      replace(current, current.sent());
    } catch (Throwable failed) {
      replace(current, current); // the mark may be on disk already
      throw failed;
    }
    try {
      var form = Map.of("grant_type", "refresh_token", "refresh_token", current.refreshToken());
      replace(current, current.with(request.send(form)));
    } catch (Failure refused) {
      if (refused.code.equals("invalid_grant")) {
        endSpent(current, refused.code);
        return;
      }
      if (refused.isUnused) replace(current, current);
      throw refused; // otherwise Revento may have used the token
    }
  }

  private Login usable(Login login) throws IOException {
    var current = sealed.read(path(login), Login.class);
    if (current == null || current.ended() != null) throw ended();
    return current;
  }

  /** The organizer has to connect the event again; trying again does not help. */
  private static Failure ended() {
    return new Failure(
        "login_ended", "The event is not connected, or the connection ended. Open /connect.");
  }
}

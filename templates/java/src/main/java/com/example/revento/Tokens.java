package com.example.revento;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Logins on disk: a file for each event and organization, and refreshes that happen once. */
record Tokens(Config config, Sealed sealed) {
  /** Held for reading while a refresh runs. */
  private static final ReentrantReadWriteLock REFRESHING = new ReentrantReadWriteLock();

  private Path directory() {
    return config.dataDir.resolve("logins");
  }

  private Path path(Login login) throws Exception {
    var name = Sealed.fileName(login.eventId(), login.organizationId());
    return directory().resolve(name + Sealed.SUFFIX);
  }

  /** Stores a login. Call it before anything uses its access token. */
  Login store(Login login) throws Exception {
    return Sealed.inTurn(directory(), () -> sealed.write(path(login), login));
  }

  /**
   * Stores a login in the place of another, unless that has ended or was made again. Returns the
   * one to use now.
   */
  Login replace(Login spent, Login next) throws Exception {
    return Sealed.inTurn(
        directory(),
        () -> {
          var isOurs = usable(spent).refreshToken().equals(spent.refreshToken());
          if (isOurs) sealed.write(path(spent), next);
          return usable(spent);
        });
  }

  /** Every login that can be used. */
  List<Login> logins() throws Exception {
    var all = sealed.readAll(directory(), Login.class).stream();
    return all.filter(login -> login.ended() == null).toList();
  }

  /** The login for an event. */
  Login loginFor(String eventId) throws Exception {
    var found = logins().stream().filter(login -> eventId.equals(login.eventId())).findFirst();
    if (found.isPresent()) return found.get();
    // One that cannot be read may be this one: then this fails, too.
    for (var path : Sealed.files(directory(), Sealed.SUFFIX)) sealed.read(path, Login.class);
    throw ended();
  }

  /** Whether Revento demanded deletion, and no organizer has connected the event again. */
  boolean isDeleted(Login connection) throws Exception {
    var login = sealed.read(path(connection), Login.class);
    return login != null && Webhooks.DELETION.equals(login.ended());
  }

  private Login usable(Login connection) throws Exception {
    var current = sealed.read(path(connection), Login.class);
    if (current == null || current.ended() != null) throw ended();
    return current;
  }

  /** The organizer has to connect the event again; trying again does not help. */
  private static Failure ended() {
    return new Failure(
        "login_ended", "The event is not connected, or the connection ended. Open /connect.");
  }

  /** Asks the token endpoint. */
  interface Request {
    Login send(Map<String, String> form) throws Exception;
  }

  /**
   * The login after a refresh; `spent` is the one whose access token has expired.
   *
   * <p>Revento revokes a login when a refresh token is used twice. So one thread of one process at
   * a time refreshes, and what it is about to do is stored before: after a process that died
   * half-way, nobody sends the token again.
   */
  Login refreshed(Login spent, Request request) throws Exception {
    REFRESHING.readLock().lock();
    try {
      // Not the turn of the logins: a deletion must not wait until Revento has answered.
      return Sealed.inTurn(path(spent), () -> refresh(spent, request));
    } finally {
      REFRESHING.readLock().unlock();
    }
  }

  /** Lets a refresh end, whose new tokens would be lost with the process. No other one starts. */
  void close() {
    REFRESHING.writeLock().lock();
  }

  private Login refresh(Login spent, Request request) throws Exception {
    var current = usable(spent);
    if (!current.accessToken().equals(spent.accessToken())) return current;
    if (current.isSent()) return replace(current, current.ended("a refresh was never answered"));
    // Where this fails, as on a full disk, the new tokens could not be stored either.
    try {
      replace(current, current.sent());
    } catch (Throwable failed) {
      replace(current, current); // the mark may be on disk already
      throw failed;
    }
    try {
      var form = Map.of("refresh_token", current.refreshToken());
      return replace(current, current.with(request.send(form)));
    } catch (Failure refused) {
      if (refused.isUnused) replace(current, current); // otherwise Revento may have used the token
      if (!refused.code.equals("invalid_grant")) throw refused;
      return replace(current, current.ended(refused.code));
    }
  }
}

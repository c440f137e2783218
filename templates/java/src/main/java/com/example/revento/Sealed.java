package com.example.revento;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Files that only this program can read, encrypted with AES-256-GCM. */
class Sealed {
  static final String SUFFIX = ".sealed";

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final boolean IS_WINDOWS = File.separatorChar == '\\';
  private static final Map<Path, Object> TURNS = new ConcurrentHashMap<>();

  /**
   * Days that files are kept which nothing removes, by their ending or directory: writes and logins
   * end within minutes, and Revento gives up a delivery after hours.
   */
  private static final Map<String, Integer> KEPT = Map.of("tmp", 1, "attempts", 1, "worked", 30);

  private final SecretKeySpec key;

  Sealed(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  /** A file name for any text, safe in a path. */
  static String fileName(String... parts) {
    return HexFormat.of().formatHex(sha256(Json.GSON.toJson(parts)));
  }

  static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException(missing); // every Java has it
    }
  }

  /** Encrypts; the name is authenticated, so one sealed value cannot stand in for another. */
  byte[] seal(Object value, String name) {
    try {
      var cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, key); // with a random nonce
      cipher.updateAAD(name.getBytes(UTF_8));
      var sealed = cipher.doFinal(Json.GSON.toJson(value).getBytes(UTF_8));
      return ByteBuffer.allocate(NONCE_BYTES + sealed.length)
          .put(cipher.getIV())
          .put(sealed)
          .array();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException(missing); // every Java has it
    }
  }

  /** What was sealed under this name; null for anything else. */
  <T> T unseal(byte[] data, String name, Class<T> type) {
    try {
      var cipher = Cipher.getInstance("AES/GCM/NoPadding");
      var nonce = new GCMParameterSpec(TAG_BITS, data, 0, NONCE_BYTES);
      cipher.init(Cipher.DECRYPT_MODE, key, nonce);
      cipher.updateAAD(name.getBytes(UTF_8));
      var text = cipher.doFinal(data, NONCE_BYTES, data.length - NONCE_BYTES);
      return Json.GSON.fromJson(new String(text, UTF_8), type);
    } catch (GeneralSecurityException | RuntimeException forged) {
      return null;
    }
  }

  private static Path directory(Path path) throws IOException {
    if (IS_WINDOWS) return Files.createDirectories(path);
    var owner = PosixFilePermissions.fromString("rwx------");
    return Files.createDirectories(path, PosixFilePermissions.asFileAttribute(owner));
  }

  /** Replaces a file as a whole: a crash leaves the old one or the new one. */
  void write(Path path, Object value) throws IOException {
    var directory = directory(path.getParent());
    var temporary = Files.createTempFile(directory, "", ".tmp"); // for its owner only
    try {
      var data = seal(value, path.getFileName().toString());
      Files.write(temporary, data, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    keepNames(directory);
  }

  /** Makes new names in a directory outlast a power failure. */
  private static void keepNames(Path directory) throws IOException {
    if (IS_WINDOWS) return; // it keeps a journal of names, and opens no directory
    try (var names = FileChannel.open(directory)) {
      names.force(true);
    }
  }

  /**
   * The value of a file; null where there is none, or it is damaged: that must not stop the rest.
   */
  <T> T read(Path path, Class<T> type) throws IOException {
    try {
      var value = unseal(Files.readAllBytes(path), path.getFileName().toString(), type);
      if (value == null) Log.line("file damaged", "file", path.toString());
      return value;
    } catch (NoSuchFileException none) {
      return null;
    }
  }

  /** Refuses a directory where nothing can be stored, or whose files have another key. */
  void check(Path directory) throws IOException {
    var path = directory.resolve("key" + SUFFIX);
    if (Files.exists(path) && read(path, Map.class) == null) {
      throw new IOException("REVENTO_TOKEN_KEY is not the key of the files in " + directory + ".");
    }
    write(path, Map.of());
  }

  /**
   * The values of the files of a directory. One that cannot be read does not hold up the others.
   */
  <T> List<T> readAll(Path directory, Class<T> type) throws IOException {
    var values = new ArrayList<T>();
    try (var paths = Files.newDirectoryStream(directory(directory), "*" + SUFFIX)) {
      for (var path : paths) {
        try {
          values.add(read(path, type));
        } catch (IOException unreadable) {
          Log.line("file not read", "error", unreadable.toString());
        }
      }
    }
    values.removeIf(Objects::isNull);
    return values;
  }

  /** What is done in a turn. */
  interface Work {
    void run() throws IOException;
  }

  /**
   * Works on a file or directory while no other thread or process does. The turn of a process that
   * dies ends.
   */
  static void inTurn(Path path, Work work) throws IOException {
    var lock = path.resolveSibling(path.getFileName() + ".lock").toAbsolutePath();
    // A lock on a file is among processes only.
    synchronized (TURNS.computeIfAbsent(lock, one -> new Object())) {
      directory(lock.getParent());
      try (var file = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        file.lock();
        work.run();
      }
    }
  }

  /** Creates an empty file; false when it exists. Exactly one caller succeeds, in any process. */
  static boolean createOnce(Path path) throws IOException {
    var directory = directory(path.getParent());
    var isNew = path.toFile().createNewFile();
    keepNames(directory);
    return isNew;
  }

  /** Removes what killed processes left behind, and what is too old to be needed. */
  static void sweep(File directory) {
    var files = directory.listFiles();
    if (files == null) return; // nothing was written yet, or another process removed it
    for (var file : files) {
      if (file.isDirectory()) sweep(file);
      var ending = file.getName().substring(file.getName().lastIndexOf('.') + 1);
      var days = KEPT.getOrDefault(ending, KEPT.get(directory.getName()));
      var age = Duration.ofMillis(System.currentTimeMillis() - file.lastModified());
      if (days != null && age.toDays() >= days) file.delete();
    }
  }
}

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
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Files that only this program can read, encrypted with AES-256-GCM. */
class Sealed {
  static final String SUFFIX = ".sealed";

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final long DAY_MILLIS = 86_400_000;
  private static final boolean IS_WINDOWS = File.separatorChar == '\\';
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Map<Path, Object> TURNS = new ConcurrentHashMap<>();

  /**
   * Days that files are kept which nothing removes, by their ending or directory: writes and logins
   * end within minutes, and Revento gives up a delivery after hours.
   */
  private static final Map<String, Long> KEPT = Map.of("tmp", 1L, "attempts", 1L, "worked", 30L);

  private final SecretKeySpec key;

  Sealed(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  /** A file name for any text, safe in a path. */
  static String fileName(String... parts) throws GeneralSecurityException {
    return HexFormat.of().formatHex(sha256(Json.GSON.toJson(parts)));
  }

  static byte[] sha256(String text) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
  }

  static byte[] randomBytes(int count) {
    var bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  /** The name is authenticated, so one sealed value cannot stand in for another. */
  private Cipher cipher(int mode, byte[] nonce, String name) throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
    cipher.updateAAD(name.getBytes(UTF_8));
    return cipher;
  }

  byte[] seal(Object value, String name) throws GeneralSecurityException {
    var nonce = randomBytes(NONCE_BYTES);
    var text = Json.GSON.toJson(value).getBytes(UTF_8);
    var sealed = cipher(Cipher.ENCRYPT_MODE, nonce, name).doFinal(text);
    return ByteBuffer.allocate(NONCE_BYTES + sealed.length).put(nonce).put(sealed).array();
  }

  /** What was sealed under this name; null for anything else. */
  <T> T unseal(byte[] data, String name, Class<T> type) {
    try {
      var length = data.length - NONCE_BYTES;
      var text = cipher(Cipher.DECRYPT_MODE, data, name).doFinal(data, NONCE_BYTES, length);
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
  <T> T write(Path path, T value) throws Exception {
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
    return value;
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
    if (Files.notExists(path)) return null;
    var value = unseal(Files.readAllBytes(path), path.getFileName().toString(), type);
    if (value == null) Config.log("file damaged", "file", path.toString());
    return value;
  }

  /**
   * The values of the files of a directory. One that cannot be read does not hold up the others.
   */
  <T> List<T> readAll(Path directory, Class<T> type) throws IOException {
    var values = new ArrayList<T>();
    for (var path : files(directory, SUFFIX)) {
      try {
        var value = read(path, type);
        if (value != null) values.add(value);
      } catch (IOException unreadable) {
        Config.log("file not read", "error", unreadable.toString());
      }
    }
    return values;
  }

  /** The files with this ending in a directory, which need not exist. */
  static List<Path> files(Path directory, String ending) throws IOException {
    try (var paths = Files.list(directory)) {
      return paths.filter(path -> path.toString().endsWith(ending)).toList();
    } catch (NoSuchFileException none) {
      return List.of();
    }
  }

  /** Whether a file is there; unlike `Files.exists`, this fails where nobody can tell. */
  static boolean exists(Path path) throws IOException {
    return !Files.notExists(path) && path.toRealPath() != null;
  }

  /** Refuses a directory where nothing can be stored, or whose files have another key. */
  void check(Path directory) throws Exception {
    var path = directory.resolve("key" + SUFFIX);
    if (exists(path) && read(path, Map.class) == null) {
      throw new IOException("REVENTO_TOKEN_KEY is not the key of the files in " + directory + ".");
    }
    write(path, Map.of());
  }

  /**
   * Works on what a path names while no other thread or process does. The turn of a process that
   * dies ends.
   */
  static <T> T inTurn(Path path, Callable<T> work) throws Exception {
    var lock = path.resolveSibling(path.getFileName() + ".lock").toAbsolutePath();
    // A lock on a file is among processes only.
    synchronized (TURNS.computeIfAbsent(lock, one -> new Object())) {
      directory(lock.getParent());
      try (var file = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        file.lock();
        return work.call();
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
      var age = System.currentTimeMillis() - file.lastModified();
      if (days != null && age >= days * DAY_MILLIS) file.delete();
    }
  }
}

package com.example.revento

import com.google.gson.JsonObject
import java.io.File
import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.NoSuchFileException
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardOpenOption.CREATE
import java.nio.file.StandardOpenOption.SYNC
import java.nio.file.StandardOpenOption.WRITE
import java.nio.file.attribute.PosixFilePermissions
import java.security.GeneralSecurityException
import java.security.MessageDigest
import java.time.Duration
import java.util.HexFormat
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.locks.ReentrantLock
import javax.crypto.Cipher
import javax.crypto.spec.GCMParameterSpec
import javax.crypto.spec.SecretKeySpec
import kotlin.concurrent.withLock
import kotlin.io.path.createDirectories
import kotlin.io.path.deleteIfExists
import kotlin.io.path.exists
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.moveTo
import kotlin.io.path.name
import kotlin.io.path.readBytes
import kotlin.io.path.writeBytes

const val SEALED = ".sealed"
private const val NONCE_BYTES = 12
private const val TAG_BITS = 128

private val isWindows = File.separatorChar == '\\'

fun sha256(text: String): ByteArray = MessageDigest.getInstance("SHA-256").digest(text.toByteArray())

/** A file name for any text, safe in a path. */
fun fileName(vararg parts: String?): String = HexFormat.of().formatHex(sha256(parts.toJson()))

/** Creates an empty file; false when it exists. Exactly one caller succeeds, in any process. */
fun createOnce(path: Path): Boolean {
    path.parent.createForOwner()
    return path.toFile().createNewFile().also { path.parent.keepNames() }
}

private fun Path.createForOwner() {
    val mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
    if (isWindows) createDirectories() else createDirectories(mode)
}

/** Makes new names in a directory outlast a power failure. Windows keeps a journal of names, and opens no directory. */
private fun Path.keepNames() {
    if (!isWindows) FileChannel.open(this).use { it.force(true) }
}

/**
 * Days that files are kept which nothing removes, by their ending or directory: writes and logins end within minutes,
 * and Revento gives up a delivery after hours.
 */
private val kept = mapOf("tmp" to 1L, "attempts" to 1L, "worked" to 30L)

/** Removes what killed processes left behind, and what is too old to be needed. */
fun sweep(directory: Path) = directory.toFile().walk().filter { it.isFile }.forEach { file ->
    val days = kept[file.extension] ?: kept[file.parentFile.name]
    val age = Duration.ofMillis(System.currentTimeMillis() - file.lastModified())
    if (days != null && age.toDays() >= days) file.delete()
}

private val turns = ConcurrentHashMap<Path, ReentrantLock>()

/** Works on a directory while no other thread or process does. The turn of a process that dies ends. */
fun <T> Path.inTurn(work: () -> T): T = turns.computeIfAbsent(toAbsolutePath()) { ReentrantLock() }.withLock {
    // A lock on a file is among processes only.
    parent.createForOwner()
    FileChannel.open(resolveSibling("$name.lock"), CREATE, WRITE).use { file ->
        file.lock()
        work()
    }
}

/** Files that only this program can read, encrypted with AES-256-GCM. */
open class Sealed(key: ByteArray) {
    private val key = SecretKeySpec(key, "AES")

    /** Encrypts; the name is authenticated, so one sealed value cannot stand in for another. */
    fun seal(value: Any, name: String): ByteArray = Cipher.getInstance("AES/GCM/NoPadding").run {
        init(Cipher.ENCRYPT_MODE, key) // with a random nonce
        updateAAD(name.toByteArray())
        iv + doFinal(value.toJson().toByteArray())
    }

    /** What was sealed under this name; null for anything else. */
    fun <T> unseal(data: ByteArray, name: String, type: Class<T>): T? = try {
        val cipher = Cipher.getInstance("AES/GCM/NoPadding")
        cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, data, 0, NONCE_BYTES))
        cipher.updateAAD(name.toByteArray())
        gson.fromJson(cipher.doFinal(data, NONCE_BYTES, data.size - NONCE_BYTES).decodeToString(), type)
    } catch (_: GeneralSecurityException) {
        null
    } catch (_: IllegalArgumentException) {
        null // too short
    }

    /** Replaces a file as a whole: a crash leaves the old one or the new one. */
    open fun write(path: Path, value: Any) {
        path.parent.createForOwner()
        val temporary = Files.createTempFile(path.parent, null, ".tmp") // for its owner only
        try {
            temporary.writeBytes(seal(value, path.name), WRITE, SYNC)
            temporary.moveTo(path, ATOMIC_MOVE)
        } finally {
            temporary.deleteIfExists()
        }
        path.parent.keepNames()
    }

    /** The value of a file; null where there is none, or it is damaged: that must not stop the rest. */
    fun <T> read(path: Path, type: Class<T>): T? = try {
        unseal(path.readBytes(), path.name, type) ?: null.also { log("file damaged", "file" to "$path") }
    } catch (_: NoSuchFileException) {
        null
    }

    /** Refuses a directory where nothing can be stored, or where everything is encrypted with another key. */
    fun check(directory: Path) {
        val path = directory.resolve("key$SEALED")
        if (path.exists() && read<JsonObject>(path) == null) {
            throw IOException("REVENTO_TOKEN_KEY is not the key of the files in $directory.")
        }
        write(path, JsonObject())
    }

    /** The values of the files of a directory. One that cannot be read does not hold up the others. */
    fun <T : Any> readAll(directory: Path, type: Class<T>): List<T> {
        directory.createForOwner()
        return directory.listDirectoryEntries("*$SEALED").mapNotNull { path ->
            try {
                read(path, type)
            } catch (unreadable: IOException) {
                null.also { log("file not read", "error" to "$unreadable") }
            }
        }
    }
}

inline fun <reified T : Any> Sealed.read(path: Path): T? = read(path, T::class.java)

inline fun <reified T : Any> Sealed.readAll(directory: Path): List<T> = readAll(directory, T::class.java)

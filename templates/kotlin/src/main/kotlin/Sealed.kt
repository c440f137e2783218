package com.example.revento

import java.io.File
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardOpenOption.SYNC
import java.nio.file.attribute.PosixFilePermissions
import java.security.MessageDigest
import java.util.concurrent.ConcurrentHashMap
import javax.crypto.Cipher
import javax.crypto.spec.GCMParameterSpec
import javax.crypto.spec.SecretKeySpec

const val SEALED = ".sealed"
private const val NONCE_BYTES = 12

private val isWindows = File.separatorChar == '\\'

fun sha256(text: String): ByteArray = MessageDigest.getInstance("SHA-256").digest(text.toByteArray())

/** A file name for any text, safe in a path. */
fun fileName(vararg parts: String?): String = sha256(parts.toJson()).toHexString()

/** Whether a file is there; unlike [File.exists], this fails where nobody can know. */
fun exists(file: File) = !Files.notExists(file.toPath()) && file.toPath().toRealPath() != null

/** The files of a directory, which need not exist; it fails for one that cannot be read. */
fun filesIn(directory: File): Array<File> =
    if (exists(directory)) checkNotNull(directory.listFiles()) { "Cannot list $directory." } else emptyArray()

/** Creates an empty file; false when it exists. Exactly one caller succeeds, in any process. */
fun createOnce(file: File): Boolean = file.apply { parentFile.mkdirs() }.createNewFile()

/**
 * Days that files are kept which nothing removes, by their ending or directory: writes and logins end within minutes,
 * and Revento gives up a delivery after hours.
 */
private val keptDays = mapOf("tmp" to 1, "attempts" to 1, "worked" to 30)

/** Removes what killed processes left behind, and what is too old to be needed. */
fun sweep(directory: File) = directory.walk().filter { it.isFile }.forEach { file ->
    val days = keptDays[file.extension] ?: keptDays[file.parentFile.name]
    if (days != null && System.currentTimeMillis() - file.lastModified() > days * 86_400_000L) file.delete()
}

private val turns = ConcurrentHashMap<File, Any>()

/** Works on a directory while no other thread or process does. The turn of a process that dies ends. */
fun <T> File.inTurn(work: () -> T): T = synchronized(turns.computeIfAbsent(this) { Any() }) {
    parentFile.mkdirs()
    resolveSibling("$name.lock").outputStream().use {
        it.channel.lock() // among processes only
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
    fun <T> unseal(data: ByteArray, name: String, type: Class<T>): T? = runCatching {
        val cipher = Cipher.getInstance("AES/GCM/NoPadding")
        cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(128, data, 0, NONCE_BYTES))
        cipher.updateAAD(name.toByteArray())
        gson.fromJson(cipher.doFinal(data, NONCE_BYTES, data.size - NONCE_BYTES).decodeToString(), type)
    }.getOrNull()

    /** Replaces a file as a whole: a crash, or a loss of power, leaves the old one or the new one. */
    open fun write(file: File, value: Any) {
        file.parentFile.mkdirs()
        val temporary = Files.createTempFile(file.parentFile.toPath(), null, ".tmp") // for its owner only
        try {
            Files.write(temporary, seal(value, file.name), SYNC)
            Files.move(temporary, file.toPath(), ATOMIC_MOVE)
        } finally {
            Files.deleteIfExists(temporary)
        }
        // Windows takes care of the names by itself.
        if (!isWindows) FileChannel.open(file.parentFile.toPath()).use { it.force(true) }
    }

    /** The value of a file; null where there is none, or it is damaged: that must not stop the rest. */
    inline fun <reified T : Any> read(file: File): T? = file.takeIf(::exists)?.let {
        unseal(it.readBytes(), it.name, T::class.java) ?: null.also { log("file damaged", "file" to "$file") }
    }

    /** The values of the files of a directory. One that cannot be read does not hold up the others. */
    inline fun <reified T : Any> readAll(directory: File, unread: (Throwable) -> Unit = {}): List<T> =
        filesIn(directory).filter { it.name.endsWith(SEALED) }.mapNotNull { file ->
            val result = runCatching { read<T>(file) }.onFailure { log("file not read", "error" to "$it") }
            result.onFailure(unread).getOrNull()
        }

    /** Refuses a directory where nothing can be stored, or where everything is encrypted with another key. */
    fun open(directory: File) {
        val mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        if (!isWindows) Files.createDirectories(directory.toPath(), mode)
        val file = directory.resolve("key$SEALED")
        check(!exists(file) || read<Any>(file) != null) { "REVENTO_TOKEN_KEY is not the key of $directory." }
        write(file, emptyMap<String, String>())
        sweep(directory)
    }
}

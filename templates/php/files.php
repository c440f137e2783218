<?php

// Files: encrypted, replaced as a whole, under names that are safe in a path; and locks among processes.

declare(strict_types=1);

namespace Integration;

/** A file name for any text, safe in a path. */
function fileName(string ...$parts): string
{
    return hash('sha256', json_encode($parts, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE));
}

/** Where something is kept: the directory, and a name for any text. */
function pathOf(string $directory, string ...$parts): string
{
    return config()->dataDir . "/$directory/" . fileName(...$parts);
}

/** Encrypts with AES-256-GCM. The name is authenticated, so one sealed value cannot stand in for another. */
function seal(#[\SensitiveParameter] mixed $value, string $name): string
{
    $nonce = random_bytes(12);
    $text = json_encode($value, JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION);
    $sealed = openssl_encrypt($text, 'aes-256-gcm', config()->tokenKey, OPENSSL_RAW_DATA, $nonce, $tag, $name);
    return $nonce . $tag . $sealed;
}

/** What was sealed under this name; null for anything else. */
function unseal(string $data, string $name): ?object
{
    [$nonce, $tag, $sealed] = [substr($data, 0, 12), substr($data, 12, 16), substr($data, 28)];
    if (strlen($tag) !== 16) {
        return null; // OpenSSL takes a tag that is cut short, which is easier to guess
    }
    $text = openssl_decrypt($sealed, 'aes-256-gcm', config()->tokenKey, OPENSSL_RAW_DATA, $nonce, $tag, $name);
    return $text === false ? null : json_decode($text, flags: JSON_THROW_ON_ERROR | JSON_BIGINT_AS_STRING);
}

/** Replaces a sealed file as a whole: a crash, or a loss of power, leaves the old one or the new one. */
function writeSealed(string $path, #[\SensitiveParameter] mixed $value): void
{
    @mkdir(dirname($path), 0o700, true);
    $temporary = "$path." . bin2hex(random_bytes(8)) . '.tmp';
    $data = seal($value, basename($path));
    $file = @fopen($temporary, 'x');
    $isWritten = $file !== false && @fwrite($file, $data) === strlen($data) && @fsync($file) && fclose($file);
    // The new name has to outlast a loss of power, too; Windows takes care of names by itself.
    $isKept = static fn (): bool =>
        PHP_OS_FAMILY === 'Windows' || (($opened = @fopen(dirname($path), 'r')) && @fsync($opened));
    if (!$isWritten || !@rename($temporary, $path) || !$isKept()) {
        @unlink($temporary);
        throw new \RuntimeException("Cannot write $path.");
    }
}

/** What a function reads from a path; null where nothing is there, which must not be said of what cannot be read. */
function unlessMissing(callable $read, string $path): mixed
{
    error_clear_last();
    $found = @$read($path);
    $problem = error_get_last()['message'] ?? '';
    $isMissing = str_ends_with($problem, 'No such file or directory');
    $problem === '' || $isMissing || throw new \RuntimeException($problem);
    return $isMissing ? null : $found;
}

/** Whether a file is there; unlike `is_file`, this fails where nobody can know. */
function exists(string $path): bool
{
    return unlessMissing(file_get_contents(...), $path) !== null;
}

/** The value of a sealed file; null where there is none, or where it is damaged. */
function readSealed(string $path): ?object
{
    $data = unlessMissing(file_get_contents(...), $path);
    $value = $data === null ? null : unseal($data, basename($path));
    if ($data !== null && $value === null) {
        logLine('damaged file', file: substr($path, strlen(config()->dataDir) + 1));
    }
    return $value;
}

/** @return list<string> paths */
function filesIn(string $directory): array
{
    $names = array_diff(unlessMissing(scandir(...), $directory) ?? [], ['.', '..']);
    return array_map(static fn (string $name): string => "$directory/$name", $names);
}

/** @return list<object> what all sealed files hold; one that cannot be read, as `$failure` says, must not stop the rest */
function readAllSealed(string $directory, ?\RuntimeException &$failure = null): array
{
    $values = [];
    foreach (preg_grep('/\.sealed$/', filesIn($directory)) as $path) {
        try {
            $values[] = readSealed($path);
        } catch (\RuntimeException $failure) {
            logLine('unreadable file', error: $failure->getMessage());
        }
    }
    return array_values(array_filter($values));
}

/** Creates an empty file; false when it exists. Exactly one caller succeeds, in any process. */
function createOnce(string $path): bool
{
    @mkdir(dirname($path), 0o700, true);
    $file = @fopen($path, 'x');
    $file !== false || exists($path) || throw new \RuntimeException("Cannot create $path.");
    return $file !== false;
}

/**
 * A lock that one process has at a time, until its variable is gone; a process that dies gives it back.
 *
 * @return ?resource null when another process has it and this one does not wait
 */
function lock(string $name, string $of = '', bool $waits = true): mixed
{
    $path = pathOf('locks', $name, $of);
    @mkdir(dirname($path), 0o700, true);
    $lock = fopen($path, 'c');
    // A signal, such as Ctrl-C, ends the waiting without the lock.
    for ($left = $waits ? 100 : 1; $left > 0; $left--) {
        if (flock($lock, $waits ? LOCK_EX : LOCK_EX | LOCK_NB)) {
            return $lock;
        }
    }
    return $waits ? throw new \RuntimeException("Cannot lock $path.") : null;
}

/** Days that files are kept. Revento gives up a delivery after hours; one that is repeated by hand may be older. */
const KEPT_DAYS = ['attempts' => 1, 'worked' => 30];

/** Refuses a start where nothing can be stored, or with another key, and removes what is not needed anymore. */
function openDataDir(): void
{
    $directory = config()->dataDir;
    $isOurs = readSealed("$directory/key.sealed") !== null || !file_exists("$directory/key.sealed");
    $isOurs || throw new \RuntimeException("REVENTO_TOKEN_KEY is not the key of the files in $directory.");
    writeSealed("$directory/key.sealed", (object) []);
    $entries = new \RecursiveDirectoryIterator($directory, \FilesystemIterator::SKIP_DOTS);
    foreach (new \RecursiveIteratorIterator($entries) as $file) {
        $days = $file->getExtension() === 'tmp' ? 1 : KEPT_DAYS[basename($file->getPath())] ?? INF;
        // Another process may sweep, too.
        if (time() - (int) @filemtime($file->getPathname()) > $days * 24 * 3600) {
            @unlink($file->getPathname());
        }
    }
}

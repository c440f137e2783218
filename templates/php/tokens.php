<?php

// Logins on disk: a sealed file for each event and organization, and a refresh that happens once however many ask.

declare(strict_types=1);

namespace Integration\Tokens;

use Integration\Config;
use Integration\Failure;
use RuntimeException;
use SensitiveParameter;
use Throwable;

use function Integration\logLine;

const DELETION = 'data.deletion_required';

/** An organizer's consent for one event. Its tokens are forgotten when it has ended. */
final class Login
{
    public function __construct(
        public readonly string $eventId,
        public readonly string $organizationId,
        #[SensitiveParameter] public readonly string $accessToken = '',
        #[SensitiveParameter] public readonly string $refreshToken = '',
        public readonly string $scope = '',
        /** Whether the refresh token was sent, without an answer until now. */
        public readonly bool $isSent = false,
        public readonly ?string $ended = null,
    ) {
    }
}

/** A file name for any text, safe in a path. */
function fileName(string ...$parts): string
{
    return hash('sha256', json_encode($parts, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE));
}

/** Encrypts with AES-256-GCM. The name is authenticated, so one sealed file cannot stand in for another. */
function seal(#[SensitiveParameter] mixed $value, string $name): string
{
    $nonce = random_bytes(12);
    $text = json_encode($value, JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION);
    $key = Config::get()->tokenKey;
    $sealed = openssl_encrypt($text, 'aes-256-gcm', $key, OPENSSL_RAW_DATA, $nonce, $tag, $name);
    return $nonce . $tag . $sealed;
}

/** What was sealed under this name; anything else is an error. */
function unseal(string $data, string $name): object
{
    [$nonce, $tag, $sealed] = [substr($data, 0, 12), substr($data, 12, 16), substr($data, 28)];
    $key = Config::get()->tokenKey;
    // OpenSSL takes a tag that is cut short, which is easier to guess.
    $text = strlen($tag) === 16
        ? openssl_decrypt($sealed, 'aes-256-gcm', $key, OPENSSL_RAW_DATA, $nonce, $tag, $name)
        : false;
    if ($text === false) {
        throw new Failure('REVENTO_TOKEN_KEY is not the key that its files are encrypted with', 'damaged');
    }
    return json_decode($text, flags: JSON_THROW_ON_ERROR | JSON_BIGINT_AS_STRING);
}

/** Makes the directory of a file, for this user alone. */
function makeDirectoryOf(string $path): void
{
    $directory = dirname($path);
    if (!is_dir($directory) && !@mkdir($directory, 0o700, true) && !is_dir($directory)) {
        throw new RuntimeException("Cannot make $directory.");
    }
}

/** Makes new names in a directory outlast a power failure. */
function keepNames(string $directory): void
{
    if (PHP_OS_FAMILY === 'Windows') {
        return; // it keeps a journal of names
    }
    $opened = @fopen($directory, 'r');
    if ($opened === false || !@fsync($opened)) {
        throw new RuntimeException("Cannot flush $directory.");
    }
}

/** Replaces a sealed file as a whole: a crash leaves the old one or the new one. */
function writeSealed(string $path, string $name, #[SensitiveParameter] mixed $value): void
{
    makeDirectoryOf($path);
    $temporary = $path . '.' . bin2hex(random_bytes(8)) . '.tmp';
    $data = seal($value, $name);
    $file = @fopen($temporary, 'x');
    $isWritten = $file !== false && @fwrite($file, $data) === strlen($data) && @fsync($file) && fclose($file);
    if (!$isWritten || !@rename($temporary, $path)) {
        @unlink($temporary);
        throw new RuntimeException("Cannot write $path.");
    }
    keepNames(dirname($path));
}

/** The value of a sealed file; null where there is none, or where it is damaged. One file must not stop the rest. */
function readSealed(string $path, string $name): ?object
{
    $data = @file_get_contents($path);
    if ($data === false) {
        // No second look at the file: another process may write it in between.
        $isMissing = str_ends_with(error_get_last()['message'], 'No such file or directory');
        return $isMissing ? null : throw new RuntimeException("Cannot read $path.");
    }
    try {
        return unseal($data, $name);
    } catch (Failure) {
        logLine('damaged file', file: substr($path, strlen(Config::get()->dataDir) + 1));
        return null;
    }
}

/** Refuses a directory where nothing can be stored, or where everything is encrypted with another key. */
function checkDataDir(): void
{
    $directory = Config::get()->dataDir;
    if (readSealed("$directory/key.sealed", 'key') === null && file_exists("$directory/key.sealed")) {
        throw new RuntimeException("REVENTO_TOKEN_KEY is not the key of the files in $directory.");
    }
    writeSealed("$directory/key.sealed", 'key', (object) []);
}

/** Creates an empty file; false when it exists. Exactly one caller succeeds, in any process. */
function createOnce(string $path): bool
{
    makeDirectoryOf($path);
    $file = @fopen($path, 'x');
    clearstatcache(true, $path);
    if ($file === false && !file_exists($path)) {
        throw new RuntimeException("Cannot create $path.");
    }
    if ($file !== false) {
        keepNames(dirname($path));
    }
    return $file !== false;
}

/**
 * A lock among all processes, held until it is closed or its variable is gone; a process that dies gives it back.
 *
 * @return ?resource null when another process has it and this one does not wait
 */
function lock(string $path, bool $waits = true): mixed
{
    makeDirectoryOf($path);
    $lock = fopen($path, 'c');
    // A signal, such as Ctrl-C, ends the waiting without the lock.
    for ($left = $waits ? 100 : 1; $left > 0; $left--) {
        if (flock($lock, $waits ? LOCK_EX : LOCK_EX | LOCK_NB)) {
            return $lock;
        }
    }
    return $waits ? throw new RuntimeException("Cannot lock $path.") : null;
}

/** @return list<string> the sealed files of a directory */
function sealedFiles(string $directory): array
{
    $files = is_dir($directory) ? scandir($directory) : [];
    return array_values(array_filter($files, static fn (string $file): bool => str_ends_with($file, '.sealed')));
}

function directory(): string
{
    return Config::get()->dataDir . '/logins';
}

function nameOf(Login $login): string
{
    return fileName($login->eventId, $login->organizationId);
}

function load(string $name): ?Login
{
    $stored = readSealed(directory() . "/$name.sealed", $name);
    return $stored === null ? null : new Login(...(array) $stored);
}

function write(Login $login): void
{
    if ($login->ended !== null) {
        logLine('login ended', event_id: $login->eventId, reason: $login->ended);
    }
    $name = nameOf($login);
    writeSealed(directory() . "/$name.sealed", $name, $login);
}

/** Stores a login. Call it before anything uses its access token. */
function store(Login $login): void
{
    $lock = lock(directory() . '/' . nameOf($login) . '.lock');
    write($login);
    fclose($lock);
}

/** Stores a login, unless the one in whose place it comes has ended or was replaced meanwhile. */
function replace(Login $spent, Login $next): void
{
    $lock = lock(directory() . '/' . nameOf($spent) . '.lock');
    if (load(nameOf($spent))?->accessToken === $spent->accessToken) {
        write($next);
    }
    fclose($lock);
}

/** @return list<Login> every login that can be used */
function logins(): array
{
    $all = array_map(static fn (string $file) => load(basename($file, '.sealed')), sealedFiles(directory()));
    return array_values(array_filter($all, static fn (?Login $login): bool => $login !== null && !$login->ended));
}

/** The organizer has to connect the event again; trying again does not help. */
function ended(string $message): Failure
{
    return new Failure($message, 'login_ended');
}

function loginFor(string $eventId): Login
{
    foreach (logins() as $login) {
        if ($login->eventId === $eventId) {
            return $login;
        }
    }
    throw ended('No organizer has connected this event, or the connection ended. Open /connect.');
}

/** Marks whatever login there is as ended and forgets its tokens. */
function end(Login $login, string $reason): void
{
    store(new Login($login->eventId, $login->organizationId, ended: $reason));
}

/** Ends this login only, not one that was stored in its place meanwhile. */
function endSpent(Login $spent, string $reason): void
{
    replace($spent, new Login($spent->eventId, $spent->organizationId, ended: $reason));
}

/** Whether Revento demanded deletion, and no organizer has connected the event again. */
function isDeleted(Login $login): bool
{
    return load(nameOf($login))?->ended === DELETION;
}

/**
 * The login after a refresh; `$spent` is the one whose access token has expired.
 *
 * Revento revokes a login when a refresh token is used twice. So one process at a time refreshes, and what it is about
 * to do is stored before: after a process that died half-way, nobody sends the token again.
 *
 * @param callable(array<string, string>): object $request
 */
function refreshed(Login $spent, callable $request): Login
{
    // Not the lock of `store`: a deletion must not wait until Revento has answered.
    $lock = lock(directory() . '/' . nameOf($spent) . '.refresh.lock');
    $current = usable($spent);
    if ($current->accessToken === $spent->accessToken) {
        refreshOnce($current, $request);
    }
    fclose($lock);
    return usable($spent); // the connection may have ended, or been made again, meanwhile
}

function usable(Login $login): Login
{
    $current = load(nameOf($login));
    if ($current === null || $current->ended !== null) {
        throw ended('The connection ended. Open /connect.');
    }
    return $current;
}

function refreshOnce(Login $current, callable $request): void
{
    if ($current->isSent) {
        endSpent($current, 'a refresh was never answered');
        return;
    }
    // Where this fails, as on a full disk, the new tokens could not be stored either.
    try {
        replace($current, new Login(...['isSent' => true] + (array) $current));
    } catch (Throwable $failure) {
        replace($current, $current); // the mark may be on disk already
        throw $failure;
    }
    try {
        $answer = $request(['grant_type' => 'refresh_token', 'refresh_token' => $current->refreshToken]);
        $tokens = [$answer->access_token, $answer->refresh_token, $answer->scope ?? $current->scope];
        replace($current, new Login($current->eventId, $current->organizationId, ...$tokens));
    } catch (Failure $failure) {
        if ($failure->error === 'invalid_grant') {
            endSpent($current, 'invalid_grant');
            return;
        }
        if ($failure->isUnused) {
            replace($current, $current);
        }
        throw $failure; // otherwise Revento may have used the token
    }
}

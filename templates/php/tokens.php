<?php

// Logins on disk: a sealed file for each connection, and a refresh that happens once however many ask for it.

declare(strict_types=1);

namespace Integration;

// The reason that also ends the mirror.
const DELETION = 'data.deletion_required';

/** Whether a value has the ids of a connection: an event and an organization. */
function isConnection(object $value): bool
{
    return is_string($value->event_id ?? null) && is_string($value->organization_id ?? null);
}

function loginPath(object $connection): string
{
    return pathOf('logins', $connection->event_id, $connection->organization_id) . '.sealed';
}

/** Stores a login. Call it before anything uses its access token. */
function storeLogin(#[\SensitiveParameter] object $login): void
{
    $lock = lock('logins');
    writeSealed(loginPath($login), $login);
}

/** @return list<object> every login that can be used */
function logins(?\RuntimeException &$failure = null): array
{
    $all = readAllSealed(config()->dataDir . '/logins', $failure);
    return array_values(array_filter($all, static fn (object $login): bool => !isset($login->ended)));
}

/** It may be in a file that cannot be read: nobody has to connect the event again then. */
function loginFor(string $eventId): object
{
    $found = array_filter(logins($failure), static fn (object $login): bool => $login->event_id === $eventId);
    return current($found) ?: ($failure === null ? usable(null) : throw $failure);
}

/** Throws `login_ended` for none, and for one that has ended: trying again does not help. */
function usable(#[\SensitiveParameter] ?object $login): object
{
    $message = 'No organizer has connected this event, or the connection ended. Open /connect.';
    return $login === null || isset($login->ended) ? throw new Failure($message, 'login_ended') : $login;
}

/** What is left of a login that ended: no token. */
function endedLogin(object $connection, string $reason): object
{
    $ids = ['event_id' => $connection->event_id, 'organization_id' => $connection->organization_id];
    logLine('login ended', ...$ids, reason: $reason);
    return (object) ($ids + ['ended' => $reason]);
}

/** Stores a login in the place of this one, unless that has ended or was made again. Gives the one to use now. */
function replaceLogin(#[\SensitiveParameter] object $spent, #[\SensitiveParameter] object $login): object
{
    $lock = lock('logins');
    if (usable(readSealed(loginPath($spent)))->refresh_token === $spent->refresh_token) {
        writeSealed(loginPath($login), $login);
    }
    return usable(readSealed(loginPath($spent)));
}

/**
 * The login after a refresh; `$spent` is the one whose access token has expired.
 *
 * Revento revokes a login when a refresh token is used twice. So one process at a time refreshes, and what it is about
 * to do is stored before: after a process that died half-way, nobody sends the token again.
 *
 * @param callable(array<string, string>): object $request
 */
function refreshed(#[\SensitiveParameter] object $spent, callable $request): object
{
    // Not the lock of the logins: a deletion must not wait until Revento has answered.
    $lock = lock('refresh', loginPath($spent));
    $current = usable(readSealed(loginPath($spent)));
    if ($current->access_token !== $spent->access_token) {
        return $current;
    }
    if (isset($current->is_sent)) {
        return replaceLogin($current, endedLogin($current, 'a refresh was never answered'));
    }
    $isMarked = false;
    try {
        // Where this fails, as on a full disk, the new tokens could not be stored either.
        replaceLogin($current, (object) (['is_sent' => true] + (array) $current));
        $isMarked = true;
        $answer = $request(['grant_type' => 'refresh_token', 'refresh_token' => $current->refresh_token]);
        $tokens = array_intersect_key((array) $answer, ['access_token' => 1, 'refresh_token' => 1, 'scope' => 1]);
        return replaceLogin($current, (object) ($tokens + (array) $current));
    } catch (\Throwable $error) {
        if ($error instanceof Failure && $error->error === 'invalid_grant') {
            return replaceLogin($current, endedLogin($current, 'invalid_grant'));
        }
        // A mark that failed may be on disk all the same.
        if (!$isMarked || ($error instanceof Failure && $error->isUnused)) {
            replaceLogin($current, $current);
        }
        throw $error; // otherwise Revento may have used the token
    }
}

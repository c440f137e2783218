<?php

// Logins on disk: a sealed file for each connection, and a refresh that happens once however many ask for it.

declare(strict_types=1);

namespace Integration\Tokens;

use Integration\Config;
use Integration\Failure;
use Integration\Files;
use SensitiveParameter;
use Throwable;

use function Integration\logLine;

// The reason that also ends the mirror.
const DELETION = 'data.deletion_required';

/** Whether a value has the ids of a connection: an event and an organization. */
function isConnection(object $value): bool
{
    return is_string($value->event_id ?? null) && is_string($value->organization_id ?? null);
}

/** Of the file of a login, without its ending. */
function pathOf(object $connection): string
{
    $name = Files\fileName($connection->event_id, $connection->organization_id);
    return Config::get()->dataDir . "/logins/$name";
}

function load(object $connection): ?object
{
    return Files\readSealed(pathOf($connection) . '.sealed');
}

/** Stores a login. Call it before anything uses its access token. */
function store(#[SensitiveParameter] object $login): void
{
    $lock = Files\lock(pathOf($login) . '.lock');
    Files\writeSealed(pathOf($login) . '.sealed', $login);
    fclose($lock);
}

/** @return list<object> every login that can be used */
function logins(): array
{
    $all = Files\readAllSealed(Config::get()->dataDir . '/logins');
    return array_values(array_filter($all, static fn (object $login): bool => !isset($login->ended)));
}

function loginFor(string $eventId): object
{
    $found = array_filter(logins(), static fn (object $login): bool => $login->event_id === $eventId);
    return current($found) ?: throw notConnected();
}

/** The organizer has to connect the event again; trying again does not help. */
function notConnected(): Failure
{
    $message = 'No organizer has connected this event, or the connection ended. Open /connect.';
    return new Failure($message, 'login_ended');
}

/** What is left of a login that ended: no token. */
function ended(object $connection, string $reason): object
{
    ['event_id' => $eventId, 'organization_id' => $organizationId] = (array) $connection;
    logLine('login ended', event_id: $eventId, reason: $reason);
    return (object) ['event_id' => $eventId, 'organization_id' => $organizationId, 'ended' => $reason];
}

/** Ends whatever login a connection has, and forgets its tokens. */
function end(object $connection, string $reason): void
{
    store(ended($connection, $reason));
}

/** Ends this login. Throws `login_ended`, or gives the one that the organizer made meanwhile. */
function endSpent(#[SensitiveParameter] object $login, string $reason): object
{
    return replace($login, ended($login, $reason));
}

/** Whether Revento demanded deletion, and no organizer has connected the event again. */
function isDeleted(object $connection): bool
{
    return (load($connection)->ended ?? null) === DELETION;
}

function usable(object $connection): object
{
    $login = load($connection);
    return $login === null || isset($login->ended) ? throw notConnected() : $login;
}

/** Stores a login in the place of this one, unless that has ended or was made again. Gives the one to use now. */
function replace(#[SensitiveParameter] object $spent, #[SensitiveParameter] object $login): object
{
    $lock = Files\lock(pathOf($spent) . '.lock');
    if (usable($spent)->refresh_token === $spent->refresh_token) {
        Files\writeSealed(pathOf($login) . '.sealed', $login);
    }
    fclose($lock);
    return usable($spent);
}

/**
 * The login after a refresh; `$spent` is the one whose access token has expired.
 *
 * Revento revokes a login when a refresh token is used twice. So one process at a time refreshes, and what it is about
 * to do is stored before: after a process that died half-way, nobody sends the token again.
 *
 * @param callable(array<string, string>): object $request
 */
function refreshed(#[SensitiveParameter] object $spent, callable $request): object
{
    // Not the lock of `store`: a deletion must not wait until Revento has answered. It ends with this function.
    $lock = Files\lock(pathOf($spent) . '.refresh.lock');
    $current = usable($spent);
    if ($current->access_token !== $spent->access_token) {
        return $current;
    }
    if (isset($current->is_sent)) {
        return endSpent($current, 'a refresh was never answered');
    }
    $isMarked = false;
    try {
        // Where this fails, as on a full disk, the new tokens could not be stored either.
        replace($current, (object) (['is_sent' => true] + (array) $current));
        $isMarked = true;
        $answer = $request(['grant_type' => 'refresh_token', 'refresh_token' => $current->refresh_token]);
        $tokens = ['access_token' => $answer->access_token, 'refresh_token' => $answer->refresh_token];
        $scope = ['scope' => $answer->scope ?? $current->scope ?? ''];
        return replace($current, (object) ($tokens + $scope + (array) $current));
    } catch (Throwable $failure) {
        if ($failure instanceof Failure && $failure->error === 'invalid_grant') {
            return endSpent($current, 'invalid_grant');
        }
        // A mark that failed may be on disk all the same.
        if (!$isMarked || ($failure instanceof Failure && $failure->isUnused)) {
            replace($current, $current);
        }
        throw $failure; // otherwise Revento may have used the token
    }
}

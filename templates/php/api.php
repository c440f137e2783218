<?php

// Reads of the API: what to do about each error, limits, and lists page by page.

declare(strict_types=1);

namespace Integration\Api;

use Generator;
use Integration\Config;
use Integration\Failure;
use Integration\Files;
use Integration\Tokens;
use RuntimeException;

use function Integration\logLine;
use function Integration\OAuth\requestTokens;
use function Integration\send;

const TRIES = 5;
const IN_FLIGHT = 5;
/** Lists longer than this are read at the pace that the limit of 30 a minute allows. */
const PAGES_AT_ONCE = 20;

/** The JSON of one resource of an event. */
function get(string $eventId, string $path): object
{
    $hasRefreshed = false;
    for ($attempt = 1;; $attempt++) {
        $answer = inTurn($eventId, static fn (): object => ask(Tokens\loginFor($eventId), $path));
        if ($answer->status === 200 && $answer->body !== null) {
            return $answer->body;
        }
        $error = $answer->error ?? ($answer->status === 0 ? 'unreachable' : 'unexpected_answer');
        $pause = pauseAfter($answer, $attempt);
        if ($error === 'token_expired' && !$hasRefreshed) {
            $hasRefreshed = true;
            Tokens\refreshed($answer->login, requestTokens(...));
        } elseif ($error === 'token_revoked') {
            Tokens\endSpent($answer->login, $error);
        } elseif ($pause === null || $attempt >= TRIES) {
            throw new Failure("$error ($answer->status), request $answer->requestId", $error);
        } elseif ($answer->retryAfter !== null) {
            // For all requests with this token, in all processes.
            touch(gate($eventId) . '.pause', (int) ceil(microtime(true)) + $answer->retryAfter);
        } else {
            usleep((int) ($pause * 1_000_000));
        }
    }
}

/** Seconds before the next try; null: do not try again. */
function pauseAfter(object $answer, int $attempt): ?float
{
    if ($answer->error === 'concurrent_limit_exceeded') {
        return random_int(200, 500) / 1000;
    }
    if ($answer->status === 429) {
        return $answer->retryAfter ?? 2 * 2 ** $attempt;
    }
    // No answer, or half of one: reads may be sent again.
    if ($answer->status === 0 || $answer->status === 200 || $answer->status >= 500) {
        return 0.5 * 2 ** ($attempt - 1) * random_int(100, 125) / 100;
    }
    return null;
}

function gate(string $eventId): string
{
    return Config::get()->dataDir . '/gates/' . Files\fileName($eventId);
}

/**
 * Runs a request when one of the places in flight is free and no pause holds. A place is a lock on a file: all
 * processes share them, and the system takes one back from a process that dies.
 */
function inTurn(string $eventId, callable $request): mixed
{
    $gate = gate($eventId);
    for ($place = 0; !($lock = Files\lock("$gate.$place", waits: false)); $place = ($place + 1) % IN_FLIGHT) {
        usleep(10_000);
    }
    while (is_file("$gate.pause") && ($left = filemtime("$gate.pause") - microtime(true)) > 0) {
        usleep((int) ($left * 1_000_000));
        clearstatcache(true, "$gate.pause");
    }
    $answer = $request();
    fclose($lock);
    return $answer;
}

function ask(object $login, string $path): object
{
    $requestId = requestId();
    $started = hrtime(true);
    $answer = send('GET', Config::get()->apiBase . $path, [
        "Authorization: Bearer $login->access_token",
        'Accept: application/vnd.revento.v1+json',
        "X-Revento-Request-Id: $requestId",
    ], 20);
    $ms = intdiv(hrtime(true) - $started, 1_000_000);
    logLine('api request', request_id: $requestId, event_id: $login->event_id, status: $answer->status, ms: $ms);
    [$answer->login, $answer->requestId] = [$login, $requestId];
    return $answer;
}

/** A UUID of version 4. */
function requestId(): string
{
    $digits = bin2hex(random_bytes(15)); // all but the one of the version and that of the variant
    return vsprintf('%s-%s-4%s-a%s-%s', sscanf($digits, '%8s%4s%3s%3s%12s'));
}

/**
 * Every row of a list, one after the other, however many pages it has.
 *
 * @return Generator<object>
 */
function rows(string $eventId, string $path): Generator
{
    $seen = [];
    $query = ['limit' => 50];
    for (;;) {
        $page = get($eventId, "$path?" . http_build_query($query));
        foreach ($page->data as $row) {
            yield $row;
        }
        if (!$page->has_more) {
            return;
        }
        $query['cursor'] = $page->next_cursor;
        if (!is_string($query['cursor']) || isset($seen[$query['cursor']])) {
            throw new RuntimeException('The list does not end.');
        }
        $seen[$query['cursor']] = true;
        if (count($seen) > PAGES_AT_ONCE) {
            usleep(2_100_000);
        }
    }
}

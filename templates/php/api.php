<?php

// Reads of the API: what to do about each error, limits, and lists page by page.

declare(strict_types=1);

namespace Integration;

const TRIES = 5;
const IN_FLIGHT = 5;
/** Lists longer than this are read at the pace that the limit of 30 a minute allows. */
const PAGES_AT_ONCE = 20;

/**
 * The answers with some resources of an event, which are requested at the same time: each `body` is an object.
 *
 * @param array<string, string> $paths
 * @return array<string, object> by the keys of the paths
 */
function getAll(string $eventId, array $paths): array
{
    // One process at a time, so that the limits hold for all, and so does a pause that Revento asks for.
    $lock = lock('requests', $eventId);
    $found = [];
    $refreshedAt = null;
    for ($attempt = 1; ($left = array_slice(array_diff_key($paths, $found), 0, IN_FLIGHT, true)) !== []; $attempt++) {
        $login = loginFor($eventId);
        $pause = 0;
        foreach (ask($login, $left) as $key => $answer) {
            $next = pauseAfter($answer, $attempt);
            if ($answer->status === 200 && $answer->body !== null) {
                $found[$key] = $answer;
            } elseif ($answer->error === 'token_expired' && ($refreshedAt ??= $attempt) === $attempt) {
                refreshed($login, requestTokens(...));
            } elseif ($answer->error === 'token_revoked') {
                replaceLogin($login, endedLogin($login, $answer->error));
            } elseif ($next === null || $attempt >= TRIES) {
                throw $answer->refusal;
            } else {
                $pause = max($pause, $answer->retryAfter ?? $next);
            }
        }
        usleep((int) ($pause * 1_000_000));
    }
    return $found;
}

/** Seconds before the next try; null: do not try again. */
function pauseAfter(object $answer, int $attempt): ?float
{
    $jitter = random_int(100, 125) / 100;
    return match (true) {
        $answer->error === 'concurrent_limit_exceeded' => random_int(200, 500) / 1000,
        $answer->status === 429 => 2 * 2 ** $attempt * $jitter,
        // No answer, or half of one: reads may be sent again.
        in_array($answer->status, [0, 200]) || $answer->status >= 500 => 0.25 * 2 ** $attempt * $jitter,
        default => null,
    };
}

/**
 * @param array<string, string> $paths
 * @return array<string, object> answers, by the keys of the paths
 */
function ask(#[\SensitiveParameter] object $login, array $paths): array
{
    $requests = [];
    foreach ($paths as $key => $path) {
        // A UUID: random, but for the digits of its version and its variant.
        $id = vsprintf('%s%s-%s-4%.3s-a%.3s-%s%s%s', str_split(bin2hex(random_bytes(16)), 4));
        $headers = ["Authorization: Bearer $login->access_token", 'Accept: application/vnd.revento.v1+json'];
        $requests[$key] = request('GET', config()->apiBase . $path, [...$headers, "X-Revento-Request-Id: $id"], 20);
        $requests[$key]->id = $id;
    }
    return array_map(static function (object $request) use ($login): object {
        $answer = answerTo($request);
        $ms = intdiv(hrtime(true) - $request->begunAt, 1_000_000);
        logLine('api request', request_id: $request->id, event_id: $login->event_id, status: $answer->status, ms: $ms);
        $answer->refusal = new Failure("$answer->error ($answer->status), request $request->id", $answer->error);
        return $answer;
    }, $requests);
}

/**
 * Every row of some lists, however many pages they have, with the key of its list; a page of each is read at a time.
 *
 * @param array<string, string> $lists paths
 * @return \Generator<string, object>
 */
function rows(string $eventId, array $lists): \Generator
{
    for ($paths = $lists, $pages = 1, $seen = []; $paths !== []; $pages++) {
        foreach (getAll($eventId, $paths) as $list => $answer) {
            $page = $answer->body;
            [$data, $hasMore, $cursor] = [$page->data ?? null, $page->has_more ?? null, $page->next_cursor ?? null];
            // Not the end of the list, unless it says so: rows would be missing, and nobody would know.
            $hasEnd = $hasMore === false || ($hasMore === true && is_string($cursor) && !isset($seen[$list][$cursor]));
            $hasRows = is_array($data) && array_filter($data, is_object(...)) === $data;
            $hasEnd && $hasRows || throw $answer->refusal;
            foreach ($data as $row) {
                yield $list => $row;
            }
            unset($paths[$list]);
            if ($hasMore) {
                $paths[$list] = "$lists[$list]&cursor=" . rawurlencode($cursor);
                $seen[$list][$cursor] = true;
            }
        }
        usleep($pages > PAGES_AT_ONCE ? 2_100_000 * count($paths) : 0);
    }
}

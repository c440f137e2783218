<?php

// One request to Revento, and what can go wrong.

declare(strict_types=1);

namespace Integration;

use RuntimeException;

/** What went wrong: a code to branch on, and whether the code or refresh token that was sent can still be used. */
final class Failure extends RuntimeException
{
    public function __construct(
        string $message,
        public readonly string $error = 'failed',
        public readonly bool $isUnused = false,
    ) {
        parent::__construct($message);
    }
}

/** A pause that is longer is a mistake of something in between. */
const LONGEST_PAUSE_SECONDS = 3600;

/**
 * Sends a request, once. Redirects are not followed: a token belongs to one host.
 *
 * @param list<string> $headers
 * @return object{status: int, body: ?object, error: ?string, retryAfter: ?int, wasSent: bool}
 *     `status` is 0 without an answer; `body` is null when it is not a JSON object; `wasSent`: Revento may have got it
 */
function send(string $method, string $url, array $headers, int $seconds, string $body = ''): object
{
    $endsAt = hrtime(true) + $seconds * 1_000_000_000;
    $answer = (object) ['status' => 0, 'body' => null, 'error' => null, 'retryAfter' => null, 'wasSent' => false];
    $options = ['method' => $method, 'header' => $headers, 'content' => $body, 'timeout' => $seconds];
    $options += ['protocol_version' => '1.1', 'follow_location' => 0, 'ignore_errors' => true];
    // Nothing is sent before the connection is made, with TLS where the URL asks for it.
    $notification = static function (int $event) use ($answer): void {
        $answer->wasSent = $answer->wasSent || $event === STREAM_NOTIFY_CONNECT;
    };
    $context = stream_context_create(['http' => $options], ['notification' => $notification]);
    $stream = @fopen($url, 'r', false, $context);
    if ($stream === false) {
        return $answer;
    }
    $head = implode("\n", stream_get_meta_data($stream)['wrapper_data']);
    // The timeout is for each read; a body that trickles in would have no end.
    for ($text = ''; !feof($stream) && ($left = $endsAt - hrtime(true)) > 0; $text .= @fread($stream, 65_536)) {
        stream_set_timeout($stream, intdiv($left, 1_000_000_000), intdiv($left % 1_000_000_000, 1000));
    }
    $found = json_decode($text, flags: JSON_BIGINT_AS_STRING);
    fclose($stream);
    $answer->status = preg_match('#^HTTP/\S+ (\d{3})#', $head, $match) ? (int) $match[1] : 0;
    $answer->body = is_object($found) ? $found : null;
    $answer->error = is_string($found->error ?? null) ? $found->error : null;
    $seconds = preg_match('/^Retry-After:\s*(\d+)\s*$/mi', $head, $match) ? (int) $match[1] : null;
    $answer->retryAfter = $seconds === null ? null : min($seconds, LONGEST_PAUSE_SECONDS);
    return $answer;
}

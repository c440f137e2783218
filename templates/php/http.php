<?php

// Requests to Revento.

declare(strict_types=1);

namespace Integration;

// A pause that is longer is a mistake of something in between.
const LONGEST_PAUSE_SECONDS = 3600;

/**
 * Begins a request, once, on a connection of its own. Not by PHP's own stream of `http:`, whose time limit is for each
 * read: a head that trickles in would have no end.
 *
 * @param list<string> $headers
 * @return object{stream: resource|false, begunAt: int, endsAt: int} for `answerTo`
 */
function request(string $method, string $url, array $headers, int $seconds, string $body = ''): object
{
    $begunAt = hrtime(true);
    [$transport, $usual] = str_starts_with($url, 'https:') ? ['tls', 443] : ['tcp', 80];
    ['host' => $host, 'port' => $port, 'path' => $path] = parse_url($url) + ['port' => $usual, 'path' => '/'];
    $target = $path . preg_replace('/^[^?]*/', '', $url);
    // TCP and TLS may each take a third of the time, so that one is left for the answer. Nothing is sent before both.
    $stream = @stream_socket_client("$transport://$host:$port", timeout: $seconds / 3);
    if ($stream !== false) {
        $own = ["Host: $host:$port", 'Connection: close', 'Content-Length: ' . strlen($body)];
        @fwrite($stream, implode("\r\n", ["$method $target HTTP/1.1", ...$own, ...$headers]) . "\r\n\r\n$body");
    }
    return (object) ['stream' => $stream, 'begunAt' => $begunAt, 'endsAt' => $begunAt + $seconds * 1_000_000_000];
}

/**
 * The answer to a request. Redirects are not followed: a token belongs to one host.
 *
 * @return object{status: int, body: ?object, error: string, retryAfter: ?int, wasSent: bool}
 *     `status` is 0 without an answer; `body` is null when it is not a JSON object; `wasSent`: Revento may have got it
 */
function answerTo(object $request): object
{
    $stream = $request->stream;
    $text = '';
    while ($stream !== false && !feof($stream) && ($left = $request->endsAt - hrtime(true)) > 0) {
        stream_set_timeout($stream, intdiv($left, 1_000_000_000), intdiv($left % 1_000_000_000, 1000));
        $text .= @fread($stream, 65_536);
    }
    // Interim answers, such as `100 Continue`, come before the one that counts.
    $text = preg_replace('#\A(HTTP/\S+ 1.*?\r\n\r\n)+#s', '', $text);
    [$head, $text] = explode("\r\n\r\n", $text, 2) + ['', ''];
    if (preg_match('/^Transfer-Encoding:\s*chunked/mi', $head)) {
        $whole = fopen('php://memory', 'w+'); // not a URL with `data:`, which php.ini may forbid
        stream_filter_append($whole, 'dechunk', STREAM_FILTER_WRITE);
        fwrite($whole, $text);
        $text = stream_get_contents($whole, offset: 0);
    }
    $found = json_decode($text, flags: JSON_BIGINT_AS_STRING);
    preg_match('#^HTTP/\S+ (\d{3})#', $head, $line);
    $isPaused = preg_match('/^Retry-After:\s*([1-9]\d*)\s*$/mi', $head, $pause);
    return (object) [
        'status' => (int) ($line[1] ?? 0),
        'body' => is_object($found) ? $found : null,
        'error' => is_string($found->error ?? null) ? $found->error : ($line ? 'unexpected_answer' : 'unreachable'),
        'retryAfter' => $isPaused ? min((int) $pause[1], LONGEST_PAUSE_SECONDS) : null,
        'wasSent' => $stream !== false,
    ];
}

<?php

// One request to Revento, and what can go wrong.

declare(strict_types=1);

namespace Integration;

use RuntimeException;

/** What went wrong: a code to branch on, and whether the code or refresh token that was sent can still be used. */
final class Failure extends RuntimeException
{
    public function __construct(string $message, public readonly string $error, public readonly bool $isUnused = false)
    {
        parent::__construct($message);
    }
}

/** A pause that is longer is a mistake of something in between. */
const LONGEST_PAUSE_SECONDS = 3600;

/**
 * Sends a request, once, on a connection of its own. Redirects are not followed: a token belongs to one host. Not by
 * PHP's own stream of `http:`, whose time limit is for each read: a head that trickles in would have no end.
 *
 * @param list<string> $headers
 * @return object{status: int, body: ?object, error: ?string, retryAfter: ?int, wasSent: bool}
 *     `status` is 0 without an answer; `body` is null when it is not a JSON object; `wasSent`: Revento may have got it
 */
function send(string $method, string $url, array $headers, int $seconds, string $body = ''): object
{
    $endsAt = hrtime(true) + $seconds * 1_000_000_000;
    ['scheme' => $scheme, 'host' => $host, 'path' => $path] = parse_url($url) + ['path' => '/'];
    [$transport, $port] = $scheme === 'https' ? ['tls', 443] : ['tcp', 80];
    $address = $host . ':' . (parse_url($url, PHP_URL_PORT) ?? $port);
    $target = $path . preg_replace('/^[^?]*/', '', $url);
    // Nothing is sent before the connection is made, with TLS where the URL asks for it.
    $stream = @stream_socket_client("$transport://$address", timeout: $seconds);
    $text = '';
    if ($stream !== false) {
        $own = ["$method $target HTTP/1.1", "Host: $address", 'Connection: close', 'Content-Length: ' . strlen($body)];
        @fwrite($stream, implode("\r\n", [...$own, ...$headers]) . "\r\n\r\n$body");
        for (; !feof($stream) && ($left = $endsAt - hrtime(true)) > 0; $text .= @fread($stream, 65_536)) {
            stream_set_timeout($stream, intdiv($left, 1_000_000_000), intdiv($left % 1_000_000_000, 1000));
        }
        fclose($stream);
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
    $pause = preg_match('/^Retry-After:\s*(\d+)\s*$/mi', $head, $match) ? (int) $match[1] : null;
    return (object) [
        'status' => preg_match('#^HTTP/\S+ (\d{3})#', $head, $match) ? (int) $match[1] : 0,
        'body' => is_object($found) ? $found : null,
        'error' => is_string($found->error ?? null) ? $found->error : null,
        'retryAfter' => $pause === null ? null : min($pause, LONGEST_PAUSE_SECONDS),
        'wasSent' => $stream !== false,
    ];
}

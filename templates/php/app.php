<?php

// The routes. `php app.php` serves them for development; a real server passes every request to this file.

declare(strict_types=1);

namespace Integration;

use ErrorException;
use Throwable;

foreach (['config', 'http', 'files', 'tokens', 'oauth', 'api', 'webhooks', 'mirror', 'worker'] as $file) {
    require_once __DIR__ . "/$file.php";
}

const MAX_BODY = 1024 * 1024;
const COOKIE = 'revento_attempt';

set_error_handler(static fn (int $level, string $message, string $file, int $line): bool =>
    (error_reporting() & $level) !== 0 && throw new ErrorException($message, 0, $level, $file, $line));
umask(0o077); // what is written is for this user alone

if (PHP_SAPI === 'cli') {
    exit(Worker\main(array_slice($argv, 1)));
}

// A client that goes away must not interrupt a refresh half-way.
ignore_user_abort(true);
ini_set('display_errors', '0');
header_remove('X-Powered-By');

$query = array_filter($_GET, is_string(...));
$event = static fn (): string => ($query['event'] ?? '') ?: Config::get()->eventId;

$respond = static function (int $status, string $text): void {
    http_response_code($status);
    header('Content-Type: text/plain; charset=utf-8');
    echo $text, "\n";
};
$respondJson = static function (mixed $value, int $status = 200): void {
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode($value, JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION | JSON_UNESCAPED_SLASHES);
};

/** For routes that show attendees' data, until you protect them with your own login. */
$thisMachineOnly = static fn (callable $route): callable => static function () use ($route, $respondJson): void {
    $isLocal = preg_match('/^(::1$|(::ffff:)?127\.)/', $_SERVER['REMOTE_ADDR']);
    $isNamedSo = preg_match('/\A(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\z/', $_SERVER['HTTP_HOST'] ?? '');
    $isProxied = isset($_SERVER['HTTP_FORWARDED']) || isset($_SERVER['HTTP_X_FORWARDED_FOR']);
    if ($isLocal && $isNamedSo && !$isProxied && !isset($_SERVER['HTTP_ORIGIN'])) {
        $route();
    } else {
        $respondJson(['error' => 'this_machine_only'], 403);
    }
};

$setCookie = static function (string $value, int $expiresAt): void {
    $redirectUri = Config::get()->redirectUri;
    setcookie(COOKIE, $value, [
        'expires' => $expiresAt,
        'path' => parse_url($redirectUri, PHP_URL_PATH) ?: '/',
        'secure' => str_starts_with($redirectUri, 'https:'),
        'httponly' => true,
        'samesite' => 'Lax',
    ]);
};

$routes = [
    'GET /healthz' => static fn () => $respondJson(['status' => 'ok']),

    'GET /connect' => static function () use ($event, $setCookie): void {
        [$url, $cookie] = OAuth\begin($event());
        $setCookie($cookie, time() + OAuth\ATTEMPT_SECONDS);
        header("Location: $url", true, 302);
    },

    'GET /callback' => static function () use ($query, $respond, $setCookie): void {
        $setCookie('', 1);
        $cookie = $_COOKIE[COOKIE] ?? '';
        $login = OAuth\finish($query, is_string($cookie) ? $cookie : '');
        logLine('connected', event_id: $login->event_id, scope: $login->scope ?? '');
        $respond(200, 'Connected. You can close this page.');
    },

    'POST /webhooks/revento' => static function (): void {
        // The raw bytes: nothing may parse them first.
        $body = file_get_contents('php://input', length: MAX_BODY + 1);
        if (strlen($body) > MAX_BODY) {
            http_response_code(413);
            return;
        }
        $status = Webhooks\receive(array_change_key_case(getallheaders()), $body);
        http_response_code($status);
        if ($status === 204) {
            // Revento has its answer before the work begins.
            function_exists('fastcgi_finish_request') ? fastcgi_finish_request() : flush();
            Webhooks\workWaiting(Mirror\work(...));
        }
    },

    'GET /participants' => $thisMachineOnly(static fn () => $respondJson([
        'data' => Mirror\participants($event()),
    ])),

    'POST /sync' => $thisMachineOnly(static function () use ($event, $query, $respondJson): void {
        $connected = array_column(Tokens\logins(), 'event_id');
        $wanted = isset($query['event']) || $connected === [] ? [$event()] : $connected;
        $respondJson(['events' => array_map(Mirror\sync(...), $wanted)]);
    }),
];

$route = $_SERVER['REQUEST_METHOD'] . ' ' . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
try {
    ($routes[$route] ?? static fn () => $respondJson(['error' => 'not_found'], 404))();
} catch (Throwable $error) {
    $code = $error instanceof Failure ? $error->error : null;
    logLine('request failed', error: $error::class, code: $code);
    match ($code) {
        'not_connected' => $respond(400, $error->getMessage()),
        'login_ended' => $respondJson(['error' => 'not_connected', 'message' => $error->getMessage()], 409),
        default => $respondJson(['error' => 'failed'], 502),
    };
}

<?php

// The routes. `php app.php` serves them for development; a real server passes every request to this file.

declare(strict_types=1);

namespace Integration;

foreach (['config', 'http', 'files', 'tokens', 'oauth', 'api', 'webhooks', 'mirror', 'worker'] as $file) {
    require_once __DIR__ . "/$file.php";
}

const MAX_BODY = 1024 * 1024;
const COOKIE = 'revento_attempt';

set_error_handler(static fn (int $level, string $message, string $file, int $line): bool =>
    (error_reporting() & $level) !== 0 && throw new \ErrorException($message, 0, $level, $file, $line));
umask(0o077); // what is written is for this user alone

if (PHP_SAPI === 'cli') {
    exit(main(array_slice($argv, 1)));
}

// A client that goes away must not interrupt a refresh half-way.
ignore_user_abort(true);
ini_set('display_errors', '0');
header_remove('X-Powered-By');

$query = array_filter($_GET, is_string(...));
$eventId = ($query['event'] ?? '') ?: config()->eventId;

$respond = static function (string|array $body, int $status = 200): void {
    http_response_code($status);
    header('Content-Type: ' . (is_string($body) ? 'text/plain; charset=utf-8' : 'application/json'));
    $flags = JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION | JSON_UNESCAPED_SLASHES;
    echo is_string($body) ? "$body\n" : json_encode($body, $flags);
};

/** For routes that show attendees' data, until you protect them with your own login. */
$thisMachineOnly = static fn (callable $route): callable => static function () use ($route, $respond): void {
    $isLocal = preg_match('/^(::1$|(::ffff:)?127\.)/', $_SERVER['REMOTE_ADDR']);
    $isNamedSo = preg_match('/\A(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\z/', $_SERVER['HTTP_HOST'] ?? '');
    $isProxied = isset($_SERVER['HTTP_FORWARDED']) || isset($_SERVER['HTTP_X_FORWARDED_FOR']);
    $isAllowed = $isLocal && $isNamedSo && !$isProxied && !isset($_SERVER['HTTP_ORIGIN']);
    $isAllowed ? $route() : $respond(['error' => 'this_machine_only'], 403);
};

$setCookie = static fn (string $value, int $expiresAt): bool => setcookie(COOKIE, $value, [
    'path' => parse_url(config()->redirectUri, PHP_URL_PATH) ?: '/',
    'secure' => str_starts_with(config()->redirectUri, 'https:'),
    'expires' => $expiresAt, 'httponly' => true, 'samesite' => 'Lax',
]);

$routes = [
    'GET /healthz' => static fn () => $respond(['status' => 'ok']),
    'HEAD /healthz' => static fn () => $respond(['status' => 'ok']),

    'GET /connect' => static function () use ($eventId, $setCookie): void {
        [$url, $cookie] = beginLogin($eventId);
        $setCookie($cookie, time() + ATTEMPT_SECONDS);
        header("Location: $url", true, 302);
    },

    'GET /callback' => static function () use ($query, $respond, $setCookie): void {
        $setCookie('', 1);
        $cookie = $_COOKIE[COOKIE] ?? '';
        $login = finishLogin($query, is_string($cookie) ? $cookie : '');
        logLine('connected', event_id: $login->event_id, scope: $login->scope ?? '');
        $respond('Connected. You can close this page.');
    },

    'POST /webhooks/revento' => static function (): void {
        // The raw bytes: nothing may parse them first.
        $body = file_get_contents('php://input', length: MAX_BODY + 1);
        $status = strlen($body) > MAX_BODY ? 413 : receive(array_change_key_case(getallheaders()), $body);
        http_response_code($status);
        // Revento has its answer before the work begins.
        function_exists('fastcgi_finish_request') ? fastcgi_finish_request() : flush();
        if ($status === 204) {
            workWaiting(work(...));
        }
    },

    'GET /participants' => $thisMachineOnly(static fn () => $respond(['data' => participants($eventId)])),

    'POST /sync' => $thisMachineOnly(static function () use ($eventId, $query, $respond): void {
        $connected = isset($query['event']) ? [] : array_column(logins(), 'event_id');
        $respond(['events' => array_map(sync(...), $connected ?: [$eventId])]);
    }),
];

$route = $_SERVER['REQUEST_METHOD'] . ' ' . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
try {
    ($routes[$route] ?? static fn () => $respond(['error' => 'not_found'], 404))();
} catch (\Throwable $error) {
    logLine('request failed', error: reason($error));
    match ($error instanceof Failure ? $error->error : null) {
        'not_connected' => $respond($error->getMessage(), 400),
        'login_ended' => $respond(['error' => 'not_connected', 'message' => $error->getMessage()], 409),
        default => $respond(['error' => 'failed'], $error instanceof Failure ? 502 : 500),
    };
}

<?php

// Settings from the environment, the log, and what can go wrong.

declare(strict_types=1);

namespace Integration;

/** What went wrong: a code to branch on, and whether the code or refresh token that was sent can still be used. */
final class Failure extends \RuntimeException
{
    public function __construct(string $message, public readonly string $error, public readonly bool $isUnused = false)
    {
        parent::__construct($message);
    }
}

/**
 * The settings. All are checked together, so that a wrong one ends the start and not a request.
 *
 * @return object{authBase: string, apiBase: string, clientId: string, clientSecret: string, redirectUri: string,
 *     eventId: string, webhookSecrets: list<string>, tokenKey: string, dataDir: string, port: int}
 */
function config(): object
{
    static $config = null;
    return $config ??= readConfig();
}

function readConfig(): object
{
    $envFile = (string) @file_get_contents(__DIR__ . '/.env');
    preg_match_all('/^\h*(\w+)\h*=\h*(["\']?)(.*?)\2\h*\r?$/m', $envFile, $found);
    // Variables that are already set take precedence; an empty one counts as none.
    $given = array_filter(array_map(trim(...), getenv() + array_combine($found[1], $found[3])), strlen(...));
    $given += ['PORT' => '3000', 'DATA_DIR' => __DIR__ . '/data'];
    $ports = ['options' => ['min_range' => 1, 'max_range' => 65_535]];
    $given['PORT'] = (string) filter_var($given['PORT'], FILTER_VALIDATE_INT, $ports);
    $problems = [];
    $checked = static function (string $name, string $pattern = '/./', string $as = '') use ($given, &$problems) {
        if (!preg_match($pattern, $given[$name] ?? '')) {
            $problems[] = "Set $name$as.";
        }
        return $given[$name] ?? '';
    };
    $url = static fn (string $name): string => $checked($name, '#^https?://[^/]#', ' to a URL');
    $previous = $given['REVENTO_WEBHOOK_SECRET_PREVIOUS'] ?? '';
    $apiBase = rtrim($url('REVENTO_API_BASE'), '/');
    $how = ' to 32 random bytes in base64: openssl rand -base64 32';
    $config = (object) [
        'authBase' => rtrim($url('REVENTO_AUTH_BASE'), '/'), 'apiBase' => $apiBase,
        'clientId' => $checked('REVENTO_CLIENT_ID'), 'clientSecret' => $checked('REVENTO_CLIENT_SECRET'),
        'redirectUri' => $url('REVENTO_REDIRECT_URI'), 'eventId' => $checked('SANDBOX_EVENT_ID'),
        // While the signing secret is rotated, deliveries may be signed with either of the two.
        'webhookSecrets' => array_values(array_filter([$checked('REVENTO_WEBHOOK_SECRET'), $previous])),
        'tokenKey' => (string) base64_decode($checked('REVENTO_TOKEN_KEY', '#^[A-Za-z0-9+/]{43}=$#', $how), true),
        // A directory for each API: what belongs to one is never sent to another, such as a sandbox.
        'dataDir' => $given['DATA_DIR'] . '/' . strtr(explode('/', "$apiBase//")[2], ':', '_'),
        'port' => (int) $checked('PORT', as: ' to a port'),
    ];
    return $problems === [] ? $config : throw new Failure(implode("\n", $problems), 'settings');
}

/** Why something failed, for the log: words of this program and of the system; others may quote what attendees entered. */
function reason(\Throwable $error): string
{
    return $error instanceof \RuntimeException ? $error->getMessage() : $error::class;
}

/** Writes one JSON line. Give it ids, never tokens and never what attendees entered. */
function logLine(string $message, mixed ...$fields): void
{
    $line = ['at' => gmdate('Y-m-d\TH:i:s\Z'), 'message' => $message, ...$fields];
    file_put_contents('php://stdout', json_encode($line, JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
}

<?php

declare(strict_types=1);

namespace Integration;

/** Settings from the environment. All are checked together, so that a wrong one ends the start and not a request. */
final class Config
{
    public readonly string $authBase;
    public readonly string $apiBase;
    public readonly string $clientId;
    public readonly string $clientSecret;
    public readonly string $redirectUri;
    public readonly string $eventId;
    /** @var list<string> While the signing secret is rotated, deliveries may be signed with either of the two. */
    public readonly array $webhookSecrets;
    public readonly string $tokenKey;
    /** A directory for each API: what belongs to one is never sent to another, such as a sandbox. */
    public readonly string $dataDir;
    public readonly int $port;

    private function __construct()
    {
        $problems = [];
        // Variables that are already set take precedence.
        $given = getenv() + self::envFile((string) @file_get_contents(__DIR__ . '/.env'));
        $required = static function (string $name) use ($given, &$problems): string {
            $value = trim($given[$name] ?? '');
            if ($value === '') {
                $problems[] = "Set $name.";
            }
            return $value;
        };
        $url = static function (string $name) use ($required, &$problems): string {
            $value = $required($name);
            if ($value !== '' && !preg_match('#^https?://[^/]#', $value)) {
                $problems[] = "$name is not a URL.";
            }
            return $value;
        };
        $this->authBase = rtrim($url('REVENTO_AUTH_BASE'), '/');
        $this->apiBase = rtrim($url('REVENTO_API_BASE'), '/');
        $this->clientId = $required('REVENTO_CLIENT_ID');
        $this->clientSecret = $required('REVENTO_CLIENT_SECRET');
        $this->redirectUri = $url('REVENTO_REDIRECT_URI');
        $this->eventId = $required('SANDBOX_EVENT_ID');
        $secrets = [$required('REVENTO_WEBHOOK_SECRET'), $given['REVENTO_WEBHOOK_SECRET_PREVIOUS'] ?? ''];
        $this->webhookSecrets = array_values(array_filter($secrets));
        $this->tokenKey = (string) base64_decode($required('REVENTO_TOKEN_KEY'), true);
        if (strlen($this->tokenKey) !== 32) {
            $problems[] = 'Set REVENTO_TOKEN_KEY to 32 random bytes in base64: openssl rand -base64 32';
        }
        $api = (parse_url($this->apiBase) ?: []) + ['host' => '', 'port' => ''];
        $host = trim("{$api['host']}_{$api['port']}", '_');
        $this->dataDir = (($given['DATA_DIR'] ?? '') ?: __DIR__ . '/data') . "/$host";
        $this->port = (int) (($given['PORT'] ?? '') ?: 3000);
        if ($this->port < 1 || $this->port > 65_535) {
            $problems[] = 'PORT is not a port.';
        }
        if ($problems !== []) {
            throw new Failure(implode("\n", $problems), 'settings');
        }
    }

    public static function get(): self
    {
        static $config = null;
        return $config ??= new self();
    }

    /** @return array<string, string> */
    private static function envFile(string $text): array
    {
        preg_match_all('/^\h*(\w+)\h*=\h*(["\']?)(.*?)\2\h*\r?$/m', $text, $found);
        return array_combine($found[1], $found[3]);
    }
}

/** Writes one JSON line. Give it ids, never tokens and never what attendees entered. */
function logLine(string $message, mixed ...$fields): void
{
    $line = ['at' => gmdate('Y-m-d\TH:i:s\Z'), 'message' => $message, ...$fields];
    file_put_contents('php://stdout', json_encode($line, JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
}

<?php

// The whole integration at a sandbox: revento sandbox exec … -- phpunit

declare(strict_types=1);

namespace Integration\Tests;

use PHPUnit\Framework\TestCase;

use function Integration\answerTo;
use function Integration\request;

final class SandboxTest extends TestCase
{
    private static string $here;
    /** @var ?resource */
    private static mixed $server = null;

    public static function setUpBeforeClass(): void
    {
        if (!getenv('REVENTO_SANDBOX_KEY')) {
            self::markTestSkipped('needs a sandbox');
        }
        $redirect = parse_url((string) getenv('REVENTO_REDIRECT_URI'));
        self::$here = "http://localhost:$redirect[port]";
        $environment = ['PORT' => (string) $redirect['port']] + getenv();
        $command = [PHP_BINARY, dirname(__DIR__) . '/app.php'];
        self::$server = proc_open($command, [1 => ['file', '/dev/null', 'w']], $pipes, null, $environment);
        self::until(static fn (): bool => answerTo(request('GET', self::$here . '/healthz', [], 5))->status === 200);
    }

    public static function tearDownAfterClass(): void
    {
        if (self::$server !== null) {
            proc_terminate(self::$server);
            proc_close(self::$server);
        }
    }

    private static function until(callable $holds): void
    {
        for ($left = 200; $left > 0; $left--) {
            if ($holds()) {
                return;
            }
            usleep(25_000);
        }
        self::fail('it did not happen');
    }

    /** @param array<string, mixed> $body */
    private static function control(string $path, array $body = []): void
    {
        $headers = ['Authorization: Bearer ' . getenv('REVENTO_SANDBOX_KEY'), 'Content-Type: application/json'];
        $url = getenv('REVENTO_AUTH_BASE') . "/_sandbox/v1$path";
        self::assertSame(200, answerTo(request('POST', $url, $headers, 20, json_encode((object) $body)))->status);
    }

    /** @return array{int, array<string, string>} the status and the headers by lower-case names */
    private static function open(string $url, string $cookie = ''): array
    {
        $options = ['follow_location' => 0, 'ignore_errors' => true, 'header' => "Cookie: $cookie"];
        $stream = fopen($url, 'r', false, stream_context_create(['http' => $options]));
        $lines = stream_get_meta_data($stream)['wrapper_data'];
        $headers = [];
        foreach (array_slice($lines, 1) as $line) {
            [$name, $value] = explode(':', $line, 2);
            $headers[strtolower($name)] = trim($value);
        }
        return [(int) explode(' ', $lines[0])[1], $headers];
    }

    private static function participants(): int
    {
        return count(answerTo(request('GET', self::$here . '/participants', [], 20))->body->data);
    }

    /** @return list<int> the statuses of that many syncs at once */
    private static function sync(int $count = 1): array
    {
        $address = parse_url(self::$here, PHP_URL_HOST) . ':' . parse_url(self::$here, PHP_URL_PORT);
        $path = '/sync?event=' . getenv('SANDBOX_EVENT_ID');
        $sockets = [];
        for ($number = 0; $number < $count; $number++) {
            $socket = stream_socket_client("tcp://$address");
            fwrite($socket, "POST $path HTTP/1.1\r\nHost: $address\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            $sockets[] = $socket;
        }
        return array_map(static fn ($socket): int => (int) explode(' ', stream_get_contents($socket))[1], $sockets);
    }

    public function testConnectsReadsHearsOfChangesRefreshesOnceAndForgets(): void
    {
        [, $start] = self::open(self::$here . '/connect');
        [, $consent] = self::open($start['location']);
        self::assertSame(400, self::open($consent['location'])[0], 'another browser is refused');
        $cookie = explode(';', $start['set-cookie'])[0];
        self::assertSame(200, self::open($consent['location'], $cookie)[0]);

        self::assertSame([200], self::sync());
        $before = self::participants();
        self::assertGreaterThan(30, $before);
        self::control('/do', ['action' => 'apply']);
        self::until(static fn (): bool => self::participants() === $before + 1);

        self::control('/clock/advance', ['ms' => 3_700_000]);
        self::assertSame(array_fill(0, 20, 200), self::sync(20));

        self::control('/revoke');
        self::until(static fn (): bool => self::participants() === 0);
        self::assertSame([409], self::sync());
    }
}

<?php

declare(strict_types=1);

namespace Integration\Tests;

use Integration\Config;
use Integration\Failure;
use Integration\Files;
use Integration\Tokens;
use PHPUnit\Framework\TestCase;

use function Integration\send;

final class TokensTest extends TestCase
{
    private function login(string $eventId, string $access = 'a1', ?string $refresh = null): object
    {
        $tokens = ['access_token' => $access, 'refresh_token' => $refresh ?? "r1 of $eventId"];
        return (object) (['event_id' => $eventId, 'organization_id' => 'org_1'] + $tokens);
    }

    private function renewed(): object
    {
        return (object) ['access_token' => 'a2', 'refresh_token' => 'r2'];
    }

    private function refuse(string $error, bool $isUnused = false): callable
    {
        return static fn () => throw new Failure($error, $error, $isUnused);
    }

    /** @param callable(): mixed $work */
    private function failureOf(callable $work): string
    {
        try {
            $work();
        } catch (Failure $failure) {
            return $failure->error;
        }
        self::fail('it did not fail');
    }

    public function testTokensAreEncryptedOnDisk(): void
    {
        Tokens\store($this->login('evt_sealed'));
        self::assertSame('a1', Tokens\loginFor('evt_sealed')->access_token);
        foreach (glob(Config::get()->dataDir . '/logins/*') as $path) {
            self::assertStringNotContainsString('evt_sealed', file_get_contents($path));
        }
    }

    public function testASealedValueOpensUnderItsOwnNameOnly(): void
    {
        $sealed = Files\seal(['a' => 1], 'one');
        self::assertEquals((object) ['a' => 1], Files\unseal($sealed, 'one'));
        $changed = substr($sealed, 0, -1) . chr(ord($sealed[-1]) ^ 1);
        foreach ([[$sealed, 'another'], [$changed, 'one'], [substr($sealed, 0, 20), 'one']] as $wrong) {
            self::assertNull(Files\unseal(...$wrong));
        }
    }

    public function testADamagedLoginCountsAsNoneUntilTheEventIsConnectedAgain(): void
    {
        $login = $this->login('evt_damaged');
        Tokens\store($login);
        file_put_contents(Tokens\pathOf($login) . '.sealed', 'damaged');
        Tokens\store($this->login('evt_whole'));
        self::assertSame('a1', Tokens\loginFor('evt_whole')->access_token);
        self::assertSame('login_ended', $this->failureOf(static fn () => Tokens\loginFor('evt_damaged')));
        Tokens\store($login);
        self::assertSame('a1', Tokens\loginFor('evt_damaged')->access_token);
    }

    public function testAStartWithAnotherKeyThanThatOfTheStoredFilesIsRefused(): void
    {
        $start = escapeshellarg(PHP_BINARY) . ' ' . escapeshellarg(dirname(__DIR__) . '/app.php') . ' check';
        $other = 'REVENTO_TOKEN_KEY=' . base64_encode(str_repeat('x', 32));
        foreach (['' => 0, "$other " => 1, ' ' => 0] as $variables => $expected) {
            exec("$variables$start 2>&1", $printed, $status);
            self::assertSame($expected, $status, implode("\n", $printed));
        }
    }

    public function testTwentyProcessesRefreshOnce(): void
    {
        Tokens\store($this->login('evt_single'));
        $requests = Config::get()->dataDir . '/requests';
        $request = function () use ($requests): object {
            file_put_contents($requests, "one\n", FILE_APPEND);
            return $this->renewed();
        };
        $children = [];
        for ($number = 0; $number < 20; $number++) {
            $child = pcntl_fork();
            if ($child === 0) {
                $isRenewed = Tokens\refreshed($this->login('evt_single'), $request)->access_token === 'a2';
                posix_kill(getmypid(), $isRenewed ? SIGKILL : SIGABRT);
            }
            $children[] = $child;
        }
        foreach ($children as $child) {
            pcntl_waitpid($child, $status);
            self::assertSame(SIGKILL, pcntl_wtermsig($status));
        }
        self::assertSame("one\n", file_get_contents($requests));
        self::assertSame('r2', Tokens\loginFor('evt_single')->refresh_token);
    }

    public function testASignalThatInterruptsTheWaitingForALockIsNotTakenForTheLock(): void
    {
        $path = Config::get()->dataDir . '/interrupted.lock';
        $holder = Files\lock($path);
        pcntl_async_signals(true);
        pcntl_signal(SIGALRM, static fn () => fclose($holder), false);
        pcntl_alarm(1);
        $held = Files\lock($path);
        pcntl_signal(SIGALRM, SIG_DFL);
        pcntl_async_signals(false);
        self::assertIsResource($held);
        self::assertNull(Files\lock($path, waits: false));
    }

    public function testADeletionDuringARefreshDoesNotWaitForItAndWins(): void
    {
        $login = $this->login('evt_deleted');
        Tokens\store($login);
        $request = function () use ($login): object {
            pcntl_alarm(20); // where it waits, that ends the test
            Tokens\end($login, Tokens\DELETION);
            pcntl_alarm(0);
            return $this->renewed();
        };
        $refresh = static fn () => Tokens\refreshed($login, $request);
        self::assertSame('login_ended', $this->failureOf($refresh));
        self::assertTrue(Tokens\isDeleted($login));
    }

    public function testARefusedRefreshKeepsALoginThatWasMadeMeanwhile(): void
    {
        $login = $this->login('evt_renewed');
        Tokens\store($login);
        $found = Tokens\refreshed($login, function (): never {
            Tokens\store($this->login('evt_renewed', 'b1', 's1'));
            throw new Failure('invalid_grant', 'invalid_grant');
        });
        self::assertSame('b1', $found->access_token);
    }

    public function testInvalidGrantEndsTheLogin(): void
    {
        $login = $this->login('evt_ended');
        Tokens\store($login);
        $refresh = fn () => Tokens\refreshed($login, $this->refuse('invalid_grant'));
        self::assertSame('login_ended', $this->failureOf($refresh));
        self::assertSame('login_ended', $this->failureOf(static fn () => Tokens\loginFor('evt_ended')));
    }

    public function testALoginThatWasMadeMeanwhileIsKept(): void
    {
        $login = $this->login('evt_again');
        Tokens\store($this->login('evt_again', 'b1', 's1'));
        Tokens\endSpent($login, 'token_revoked');
        self::assertSame('b1', Tokens\loginFor('evt_again')->access_token);
    }

    public function testARefreshThatReventoNeverGotIsSentAgain(): void
    {
        $login = $this->login('evt_unused');
        Tokens\store($login);
        $refresh = fn () => Tokens\refreshed($login, $this->refuse('unreachable', isUnused: true));
        self::assertSame('unreachable', $this->failureOf($refresh));
        self::assertSame('a2', Tokens\refreshed($login, $this->renewed(...))->access_token);
    }

    public function testARefreshTokenIsKeptAfterARefusalOrARedirectAndGivenUpWhereItMayBeSpent(): void
    {
        $answers = [[302, ''], [401, 'invalid_client'], [404, ''], [405, ''], [429, ''], [503, '']];
        $answers = [...$answers, [400, 'invalid_grant'], [200, ''], [500, '']];
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $program = 'require $argv[1]; for ($left = (int) $argv[2]; $left > 0; $left--) {'
            . ' try { Integration\\OAuth\\requestTokens([]); }'
            . ' catch (Integration\\Failure $failure) { echo (int) $failure->isUnused; } }';
        // As many hardened servers are set.
        $php = [PHP_BINARY, '-d', 'allow_url_fopen=0', '-r', $program, '--'];
        $words = [...$php, __DIR__ . '/settings.php', (string) count($answers)];
        $base = ['REVENTO_AUTH_BASE' => 'http://' . stream_socket_get_name($server, false)];
        $child = proc_open($words, [1 => ['pipe', 'w']], $pipes, null, $base + getenv());
        foreach ($answers as [$status, $error]) {
            $client = stream_socket_accept($server, 20);
            fread($client, 65_536);
            $body = json_encode(['error' => $error]);
            $head = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 $status Some reason\r\nLocation: /elsewhere";
            $size = dechex(strlen($body));
            fwrite($client, "$head\r\nTransfer-Encoding: chunked\r\n\r\n$size\r\n$body\r\n0\r\n\r\n");
            fclose($client);
        }
        self::assertSame('111111000', stream_get_contents($pipes[1]));
        proc_close($child);
    }

    public function testARefreshTokenIsNotSentAndCanBeUsedLaterWhileNothingCanBeStored(): void
    {
        $login = $this->login('evt_full');
        Tokens\store($login);
        $program = 'foreach (["config", "http", "files", "tokens"] as $file) { require "$argv[1]/$file.php"; }'
            . ' $sent = static fn () => exit(4); try {'
            . ' Integration\\Tokens\\refreshed(json_decode($argv[2]), $sent);'
            . ' } catch (RuntimeException) { exit(3); }';
        $limited = 'trap "" XFSZ; ulimit -f 0; exec "$@"';
        $words = ['sh', '-c', $limited, 'sh', PHP_BINARY, '-r', $program, '--'];
        $words = [...$words, dirname(__DIR__), json_encode($login)];
        exec(implode(' ', array_map(escapeshellarg(...), $words)) . ' 2>&1', $printed, $status);
        self::assertSame(3, $status, implode("\n", $printed));
        self::assertSame([], glob(Tokens\pathOf($login) . '.sealed.*'));
        self::assertSame('a2', Tokens\refreshed($login, $this->renewed(...))->access_token);
    }

    public function testARefreshTokenThatWasMarkedButNotSentCanBeUsedLater(): void
    {
        $program = 'foreach (["config", "http", "files", "tokens"] as $file) { require "$argv[1]/$file.php"; }'
            . ' if (posix_geteuid() === 0) { posix_setuid(65534); }' // root may read every directory
            . ' $login = json_decode($argv[2]); $directory = dirname(Integration\Tokens\pathOf($login));'
            . ' Integration\Tokens\store($login); chmod($directory, 0300); try {'
            . ' Integration\Tokens\refreshed($login, static fn () => exit(4));'
            . ' } catch (RuntimeException) { chmod($directory, 0700); }'
            . ' $renewed = static fn () => (object) ["access_token" => "a2", "refresh_token" => "r2"];'
            . ' echo Integration\Tokens\refreshed($login, $renewed)->access_token;';
        $directory = '/tmp/revento-unflushed-' . bin2hex(random_bytes(8));
        $words = [PHP_BINARY, '-r', $program, '--', dirname(__DIR__), json_encode($this->login('evt_1'))];
        exec("DATA_DIR=$directory " . implode(' ', array_map(escapeshellarg(...), $words)) . ' 2>&1', $printed);
        exec('rm -rf ' . escapeshellarg($directory));
        self::assertSame(['a2'], $printed);
    }

    public function testAPauseThatTheApiAsksForTakesAnHourAtMost(): void
    {
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $child = pcntl_fork();
        if ($child === 0) {
            $client = stream_socket_accept($server, 20);
            fread($client, 65_536);
            fwrite($client, "HTTP/1.1 429 Some reason\r\nRetry-After: 99999999999\r\nContent-Length: 0\r\n\r\n");
            fclose($client);
            posix_kill(getmypid(), SIGKILL);
        }
        $answer = send('GET', 'http://' . stream_socket_get_name($server, false), [], 20);
        pcntl_waitpid($child, $status);
        self::assertSame([429, 3600], [$answer->status, $answer->retryAfter]);
    }

    public function testAnAnswerThatTricklesInIsGivenUpInItsHeadAndInItsBody(): void
    {
        foreach (["HTTP/1.1 200 Some reason\r\nX-Slow: ", "HTTP/1.1 200 Some reason\r\n\r\n"] as $beginning) {
            $server = stream_socket_server('tcp://127.0.0.1:0');
            $child = pcntl_fork();
            if ($child === 0) {
                $client = stream_socket_accept($server, 20);
                fread($client, 65_536);
                fwrite($client, $beginning);
                for ($left = 100; $left > 0 && @fwrite($client, ' ') !== false; $left--) {
                    usleep(100_000);
                }
                posix_kill(getmypid(), $left > 0 ? SIGKILL : SIGABRT);
            }
            $answer = send('GET', 'http://' . stream_socket_get_name($server, false), [], 1);
            pcntl_waitpid($child, $status);
            self::assertSame([true, null], [$answer->wasSent, $answer->body]);
            self::assertSame(SIGKILL, pcntl_wtermsig($status), 'it read to the end');
        }
    }

    public function testABodyInChunksIsPutTogether(): void
    {
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $child = pcntl_fork();
        if ($child === 0) {
            $client = stream_socket_accept($server, 20);
            $asked = explode("\r\n", fread($client, 65_536));
            $isWhole = $asked[0] === 'GET /a/b?c=%26 HTTP/1.1' && in_array('X-Header: one', $asked, true);
            fwrite($client, "HTTP/1.1 200 Some reason\r\nTransfer-Encoding: chunked\r\n\r\n");
            fwrite($client, "7;note\r\n{\"a\":\"%\r\n4\r\n+é\"\r\n1\r\n}\r\n0\r\n\r\n");
            fclose($client);
            posix_kill(getmypid(), $isWhole ? SIGKILL : SIGABRT);
        }
        $url = 'http://' . stream_socket_get_name($server, false) . '/a/b?c=%26';
        $answer = send('GET', $url, ['X-Header: one'], 20);
        pcntl_waitpid($child, $status);
        self::assertSame(SIGKILL, pcntl_wtermsig($status), 'it asked for something else');
        self::assertEquals((object) ['a' => '%+é'], $answer->body);
    }

    public function testARefreshThatWasNeverAnsweredIsNotSentAgain(): void
    {
        $login = $this->login('evt_unanswered');
        Tokens\store($login);
        $refresh = fn () => Tokens\refreshed($login, $this->refuse('unreachable'));
        self::assertSame('unreachable', $this->failureOf($refresh));
        $again = fn () => Tokens\refreshed($login, static fn () => self::fail('it was sent again'));
        self::assertSame('login_ended', $this->failureOf($again));
    }
}

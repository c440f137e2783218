<?php

declare(strict_types=1);

namespace Integration\Tests;

use Integration\Failure;
use PHPUnit\Framework\TestCase;

use function Integration\config;
use function Integration\endedLogin;
use function Integration\lock;
use function Integration\loginFor;
use function Integration\loginPath;
use function Integration\readSealed;
use function Integration\refreshed;
use function Integration\replaceLogin;
use function Integration\seal;
use function Integration\storeLogin;
use function Integration\unseal;

use const Integration\DELETION;

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
        storeLogin($this->login('evt_sealed'));
        self::assertSame('a1', loginFor('evt_sealed')->access_token);
        foreach (glob(config()->dataDir . '/logins/*') as $path) {
            self::assertStringNotContainsString('evt_sealed', file_get_contents($path));
        }
    }

    public function testASealedValueOpensUnderItsOwnNameOnly(): void
    {
        $sealed = seal(['a' => 1], 'one');
        self::assertEquals((object) ['a' => 1], unseal($sealed, 'one'));
        $changed = substr($sealed, 0, -1) . chr(ord($sealed[-1]) ^ 1);
        foreach ([[$sealed, 'another'], [$changed, 'one'], [substr($sealed, 0, 20), 'one']] as $wrong) {
            self::assertNull(unseal(...$wrong));
        }
    }

    public function testADamagedLoginCountsAsNoneUntilTheEventIsConnectedAgain(): void
    {
        $login = $this->login('evt_damaged');
        storeLogin($login);
        file_put_contents(loginPath($login), 'damaged');
        storeLogin($this->login('evt_whole'));
        self::assertSame('a1', loginFor('evt_whole')->access_token);
        self::assertSame('login_ended', $this->failureOf(static fn () => loginFor('evt_damaged')));
        storeLogin($login);
        self::assertSame('a1', loginFor('evt_damaged')->access_token);
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
        storeLogin($this->login('evt_single'));
        $requests = config()->dataDir . '/requests';
        $request = function () use ($requests): object {
            file_put_contents($requests, "one\n", FILE_APPEND);
            return $this->renewed();
        };
        $children = [];
        for ($number = 0; $number < 20; $number++) {
            $child = pcntl_fork();
            if ($child === 0) {
                $isRenewed = refreshed($this->login('evt_single'), $request)->access_token === 'a2';
                posix_kill(getmypid(), $isRenewed ? SIGKILL : SIGABRT);
            }
            $children[] = $child;
        }
        foreach ($children as $child) {
            pcntl_waitpid($child, $status);
            self::assertSame(SIGKILL, pcntl_wtermsig($status));
        }
        self::assertSame("one\n", file_get_contents($requests));
        self::assertSame('r2', loginFor('evt_single')->refresh_token);
    }

    public function testASignalThatInterruptsTheWaitingForALockIsNotTakenForTheLock(): void
    {
        $holder = lock('interrupted');
        pcntl_async_signals(true);
        pcntl_signal(SIGALRM, static fn () => fclose($holder), false);
        pcntl_alarm(1);
        $held = lock('interrupted');
        pcntl_signal(SIGALRM, SIG_DFL);
        pcntl_async_signals(false);
        self::assertIsResource($held);
        self::assertNull(lock('interrupted', waits: false));
    }

    public function testADeletionDuringARefreshDoesNotWaitForItAndWins(): void
    {
        $login = $this->login('evt_deleted');
        storeLogin($login);
        $request = function () use ($login): object {
            pcntl_alarm(20); // where it waits, that ends the test
            storeLogin(endedLogin($login, DELETION));
            pcntl_alarm(0);
            return $this->renewed();
        };
        $refresh = static fn () => refreshed($login, $request);
        self::assertSame('login_ended', $this->failureOf($refresh));
        self::assertSame(DELETION, readSealed(loginPath($login))->ended);
    }

    public function testARefusedRefreshKeepsALoginThatWasMadeMeanwhile(): void
    {
        $login = $this->login('evt_renewed');
        storeLogin($login);
        $found = refreshed($login, function (): never {
            storeLogin($this->login('evt_renewed', 'b1', 's1'));
            throw new Failure('invalid_grant', 'invalid_grant');
        });
        self::assertSame('b1', $found->access_token);
    }

    public function testInvalidGrantEndsTheLogin(): void
    {
        $login = $this->login('evt_ended');
        storeLogin($login);
        $refresh = fn () => refreshed($login, $this->refuse('invalid_grant'));
        self::assertSame('login_ended', $this->failureOf($refresh));
        self::assertSame('login_ended', $this->failureOf(static fn () => loginFor('evt_ended')));
    }

    public function testALoginThatWasMadeMeanwhileIsKept(): void
    {
        $login = $this->login('evt_again');
        storeLogin($this->login('evt_again', 'b1', 's1'));
        replaceLogin($login, endedLogin($login, 'token_revoked'));
        self::assertSame('b1', loginFor('evt_again')->access_token);
    }

    public function testARefreshThatReventoNeverGotIsSentAgain(): void
    {
        $login = $this->login('evt_unused');
        storeLogin($login);
        $refresh = fn () => refreshed($login, $this->refuse('unreachable', isUnused: true));
        self::assertSame('unreachable', $this->failureOf($refresh));
        self::assertSame('a2', refreshed($login, $this->renewed(...))->access_token);
    }

    public function testARefreshTokenIsKeptAfterARefusalOrARedirectAndGivenUpWhereItMayBeSpent(): void
    {
        $answers = [[302, ''], [401, 'invalid_client'], [404, ''], [405, ''], [429, ''], [503, '']];
        $answers = [...$answers, [400, 'invalid_grant'], [200, ''], [500, '']];
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $program = 'require $argv[1]; for ($left = (int) $argv[2]; $left > 0; $left--) {'
            . ' try { Integration\\requestTokens([]); }'
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
        storeLogin($login);
        $program = 'foreach (["config", "http", "files", "tokens"] as $file) { require "$argv[1]/$file.php"; }'
            . ' $sent = static fn () => exit(4); try {'
            . ' Integration\\refreshed(json_decode($argv[2]), $sent);'
            . ' } catch (RuntimeException) { exit(3); }';
        $limited = 'trap "" XFSZ; ulimit -f 0; exec "$@"';
        $words = ['sh', '-c', $limited, 'sh', PHP_BINARY, '-r', $program, '--'];
        $words = [...$words, dirname(__DIR__), json_encode($login)];
        exec(implode(' ', array_map(escapeshellarg(...), $words)) . ' 2>&1', $printed, $status);
        self::assertSame(3, $status, implode("\n", $printed));
        self::assertSame([], glob(loginPath($login) . '.*'));
        self::assertSame('a2', refreshed($login, $this->renewed(...))->access_token);
    }

    public function testARefreshTokenThatWasMarkedButNotSentCanBeUsedLater(): void
    {
        $program = 'foreach (["config", "http", "files", "tokens"] as $file) { require "$argv[1]/$file.php"; }'
            . ' if (posix_geteuid() === 0) { posix_setuid(65534); }' // root may read every directory
            . ' $login = json_decode($argv[2]); $directory = dirname(Integration\loginPath($login));'
            . ' Integration\storeLogin($login); chmod($directory, 0300); try {'
            . ' Integration\refreshed($login, static fn () => exit(4));'
            . ' } catch (RuntimeException) { chmod($directory, 0700); }'
            . ' $renewed = static fn () => (object) ["access_token" => "a2", "refresh_token" => "r2"];'
            . ' echo Integration\refreshed($login, $renewed)->access_token;';
        $directory = '/tmp/revento-unflushed-' . bin2hex(random_bytes(8));
        $words = [PHP_BINARY, '-r', $program, '--', dirname(__DIR__), json_encode($this->login('evt_1'))];
        exec("DATA_DIR=$directory " . implode(' ', array_map(escapeshellarg(...), $words)) . ' 2>&1', $printed);
        exec('rm -rf ' . escapeshellarg($directory));
        self::assertSame(['a2'], $printed);
    }

    public function testARefreshThatWasNeverAnsweredIsNotSentAgain(): void
    {
        $login = $this->login('evt_unanswered');
        storeLogin($login);
        $refresh = fn () => refreshed($login, $this->refuse('unreachable'));
        self::assertSame('unreachable', $this->failureOf($refresh));
        $again = fn () => refreshed($login, static fn () => self::fail('it was sent again'));
        self::assertSame('login_ended', $this->failureOf($again));
    }
}

<?php

declare(strict_types=1);

namespace Integration\Tests;

use PHPUnit\Framework\TestCase;

use function Integration\answerTo;
use function Integration\request;

final class HttpTest extends TestCase
{
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
        $answer = answerTo(request('GET', 'http://' . stream_socket_get_name($server, false), [], 20));
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
            $answer = answerTo(request('GET', 'http://' . stream_socket_get_name($server, false), [], 1));
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
        $answer = answerTo(request('GET', $url, ['X-Header: one'], 20));
        pcntl_waitpid($child, $status);
        self::assertSame(SIGKILL, pcntl_wtermsig($status), 'it asked for something else');
        self::assertEquals((object) ['a' => '%+é'], $answer->body);
    }

    public function testWhatIsReadTogetherIsRequestedAtTheSameTimeAndAgainWhereItFailed(): void
    {
        $login = ['event_id' => 'evt_many', 'organization_id' => 'org_1', 'access_token' => 'a1'];
        $count = 3;
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $child = pcntl_fork();
        while ($child === 0) {
            // Nothing is answered before all have asked.
            $clients = array_map(static fn () => stream_socket_accept($server, 20), array_fill(0, $count, null));
            foreach ($clients as $client) {
                [, $path] = explode(' ', fread($client, 65_536));
                $status = $count === 3 && str_ends_with($path, 'b') ? '500 Some reason' : '200 Some reason';
                fwrite($client, "HTTP/1.1 $status\r\n\r\n{\"path\":\"$path\"}");
                fclose($client);
            }
            $count = 1;
        }
        $program = 'require $argv[1]; Integration\storeLogin(json_decode($argv[2]));'
            . ' $paths = ["a" => "/a", "b" => "/b", "c" => "/c"];'
            . ' foreach (Integration\getAll("evt_many", $paths) as $key => $answer) {'
            . ' echo "$key {$answer->body->path} "; }';
        $words = [PHP_BINARY, '-r', $program, '--', __DIR__ . '/settings.php', json_encode($login)];
        $base = ['REVENTO_API_BASE' => 'http://' . stream_socket_get_name($server, false)];
        $run = proc_open($words, [1 => ['pipe', 'w']], $pipes, null, $base + getenv());
        $printed = preg_replace('/\{.*\n/', '', stream_get_contents($pipes[1]));
        proc_close($run);
        posix_kill($child, SIGKILL);
        self::assertSame('a /a c /c b /b ', $printed);
    }
}

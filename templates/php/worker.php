<?php

// What runs outside of requests: PHP's server for development, and deliveries that a request left behind.

declare(strict_types=1);

namespace Integration;

// Each answers one request at a time. With fewer, syncs that come together would wait for each other.
const PROCESSES = 24;

/**
 * @param list<string> $words none: the server and the worker; `work`: the worker; `work --once`: what waits now;
 *     `check`: the settings, and where files are stored
 * @return int an exit status
 */
function main(array $words): int
{
    try {
        openDataDir();
        return match ($words) {
            [] => serve(),
            ['check'] => 0,
            ['work'] => workWhile(static fn (): bool => true),
            ['work', '--once'] => workWaiting(work(...)) ? 0 : 1,
            default => throw new \RuntimeException('usage: php app.php [check | work [--once]]'),
        };
    } catch (\RuntimeException $failure) {
        fwrite(STDERR, $failure->getMessage() . "\n");
        return 1;
    }
}

/** Requests work their own deliveries, after the answer. This is for those that failed, or whose process died. */
function workWhile(callable $isNeeded): int
{
    while ($isNeeded()) {
        sleep(workWaiting(work(...)) ? 1 : 10);
    }
    return 0;
}

function serve(): int
{
    // Quiet: its log of requests would hold the codes of /callback.
    $command = [PHP_BINARY, '-q', '-d', 'display_errors=0', '-S', 'localhost:' . config()->port, __DIR__ . '/app.php'];
    $environment = ['PHP_CLI_SERVER_WORKERS' => (string) PROCESSES] + getenv();
    $server = proc_open($command, [STDIN, STDOUT, ['pipe', 'w']], $pipes, __DIR__, $environment);
    stream_set_blocking($pipes[2], false);
    $isStopped = false;
    if (function_exists('pcntl_async_signals')) {
        pcntl_async_signals(true);
        $stop = static function () use (&$isStopped): void {
            $isStopped = true;
        };
        array_map(static fn (int $signal) => pcntl_signal($signal, $stop), [SIGINT, SIGTERM]);
    }
    workWhile(static function () use ($server, $pipes, &$isStopped): bool {
        // Each of its processes says that it has started.
        $printed = (string) stream_get_contents($pipes[2]);
        fwrite(STDERR, preg_replace('/^.* Development Server .* started\n/m', '', $printed));
        return proc_get_status($server)['running'] && !$isStopped;
    });
    // It does not end its processes, and waits for them.
    exec('pkill -INT -P ' . proc_get_status($server)['pid'], result_code: $code);
    proc_terminate($server, $code === 0 ? SIGINT : SIGTERM);
    return proc_close($server) === 0 || $isStopped ? 0 : 1;
}

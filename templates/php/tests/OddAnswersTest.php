<?php

// What Revento and the disk do not do on most days.

declare(strict_types=1);

namespace Integration\Tests;

use PHPUnit\Framework\TestCase;

final class OddAnswersTest extends TestCase
{
    private const LOGIN = [
        'event_id' => 'evt_1', 'organization_id' => 'org_1', 'access_token' => 'a1', 'refresh_token' => 'r1',
        'scope' => 'participants.read',
    ];

    private string $directory;
    private string $revento;
    private int $asked;

    protected function setUp(): void
    {
        $this->directory = '/tmp/revento-odd-' . bin2hex(random_bytes(8)); // for other users, too
    }

    protected function tearDown(): void
    {
        exec('rm -rf ' . escapeshellarg($this->directory));
    }

    /** Runs some work while Revento gives the same answer to every request. */
    private function with(string $answer, callable $work, string $head = ''): mixed
    {
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $this->revento = 'http://' . stream_socket_get_name($server, false);
        $child = pcntl_fork();
        while ($child === 0) {
            $client = stream_socket_accept($server, 20);
            fread($client, 65_536);
            fwrite($client, "HTTP/1.1 200 Some reason\r\n$head\r\n$answer");
            fclose($client);
        }
        try {
            return $work();
        } finally {
            posix_kill($child, SIGKILL);
        }
    }

    /** @return array<string, string> */
    private function environment(): array
    {
        $given = ['REVENTO_API_BASE' => $this->revento, 'REVENTO_AUTH_BASE' => $this->revento];
        return $given + ['DATA_DIR' => $this->directory] + getenv();
    }

    /** What a program prints that has the integration's functions, `$login`, which is stored, and `failureOf`. */
    private function printed(string $program): string
    {
        $begin = 'foreach (["config", "http", "files", "tokens", "oauth", "api", "webhooks", "mirror"] as $file) {'
            . ' require "$argv[1]/$file.php"; }'
            . ' if (posix_geteuid() === 0) { posix_setuid(65534); }' // root may read everything
            . ' $login = json_decode($argv[2]); Integration\storeLogin($login);'
            . ' function failureOf(callable $work): string { try { $work(); return "none "; }'
            . ' catch (Integration\Failure $failure) { return "$failure->error "; }'
            . ' catch (RuntimeException $failure) { return "unreadable "; } } ';
        $words = [PHP_BINARY, '-r', $begin . $program, '--', dirname(__DIR__), json_encode(self::LOGIN)];
        $run = proc_open($words, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes, null, $this->environment());
        $printed = stream_get_contents($pipes[1]);
        proc_close($run);
        $this->asked = substr_count($printed, '"api request"');
        return preg_replace('/\{"at".*\n/', '', $printed);
    }

    /** @return array{string, string} the first line of the answer to a sync, and the log */
    private function sync(): array
    {
        return $this->answered('POST /sync?event=evt_1');
    }

    /** @return array{string, string} the first line of the answer to a request, and the log */
    private function answered(string $request, string $headers = '', string $body = ''): array
    {
        $free = stream_socket_server('tcp://127.0.0.1:0');
        $port = parse_url('http://' . stream_socket_get_name($free, false), PHP_URL_PORT);
        fclose($free);
        $command = [PHP_BINARY, '-q', '-S', "localhost:$port", dirname(__DIR__) . '/app.php'];
        $descriptors = [1 => ['pipe', 'w'], 2 => ['file', '/dev/null', 'w']];
        $server = proc_open($command, $descriptors, $pipes, null, $this->environment());
        for ($left = 200; $left > 0 && !($client = @stream_socket_client("tcp://localhost:$port")); $left--) {
            usleep(25_000);
        }
        fwrite($client, "$request HTTP/1.0\r\nHost: localhost\r\n$headers\r\n$body");
        $answer = stream_get_contents($client);
        proc_terminate($server);
        $log = stream_get_contents($pipes[1]);
        proc_close($server);
        return [strtok($answer, "\r"), $log];
    }

    public function testRowsAreKeptAsTheyCame(): void
    {
        $rows = [
            '{"id":"p1","application_status":"pending","custom_form_fields":{"a":1},"last_reviewed_at":null}',
            '{"id":7,"custom_form_fields":[],"last_reviewed_at":7}',
            '{"custom_form_fields":{}}',
        ];
        $show = ' foreach (Integration\participants("evt_1") as $row) { echo json_encode($row), "\n"; }';
        $program = 'Integration\sync("evt_1");' . $show
            . ' $event = ["type" => "application.approved", "occurred_at" => "3000"] + (array) $login;'
            . ' $event["data"] = ["participant_id" => "p1", "user_id" => "usr_1", "custom_form_fields" => null];'
            . ' Integration\work((object) $event, "one");' . $show;
        $page = '{"data":[' . implode(',', $rows) . '],"has_more":false}';
        $found = explode("\n", trim($this->with($page, fn (): string => $this->printed($program))));
        // What an application does not have does not change.
        $changed = str_replace('"p1"', '"p1","user_id":"usr_1"', $rows[0]);
        self::assertEqualsCanonicalizing([...$rows, $changed, $rows[1], $rows[2]], $found);
    }

    public function testAPageThatDoesNotSayWhetherMoreRowsFollowFailsTheSyncAndLosesNothing(): void
    {
        $program = '$event = ["type" => "participant.joined", "occurred_at" => "", "data" => (object) ["id" => "p0"]];'
            . ' Integration\work((object) ($event + (array) $login), "one");'
            . ' echo failureOf(static fn () => Integration\sync("evt_1"));'
            . ' echo json_encode(Integration\participants("evt_1"));';
        $odd = ['', ',"has_more":null', ',"has_more":"no"', ',"has_more":true', ',"has_more":true,"next_cursor":5'];
        $pages = array_map(static fn (string $more): string => "{\"data\":[{\"id\":\"p1\"}]$more}", $odd);
        foreach (['null', '{}', '7', '["p1"]', '[null]'] as $data) {
            $pages[] = "{\"data\":$data,\"has_more\":false}";
        }
        foreach ($pages as $page) {
            $found = $this->with($page, fn (): string => $this->printed($program));
            self::assertSame('unexpected_answer [{"id":"p0"}]', $found, $page);
            self::assertSame(2, $this->asked, 'the event and its list');
        }
        [, $status, $log] = $this->with($pages[0], fn (): array => [$this->printed(''), ...$this->sync()]);
        self::assertSame('HTTP/1.0 502 Bad Gateway', $status);
        self::assertMatchesRegularExpression('/"unexpected_answer \(200\), request [\da-f-]{36}"/', $log);
    }

    public function testTokensAreKeptWhateverComesWithThem(): void
    {
        $answer = '{"access_token":"a2","refresh_token":"r2","expires_in":"soon","scope":{},"event_id":[]}';
        $program = 'echo json_encode(Integration\refreshed($login, Integration\requestTokens(...)));';
        $found = $this->with($answer, fn (): string => $this->printed($program));
        $expected = ['access_token' => 'a2', 'refresh_token' => 'r2'] + self::LOGIN;
        self::assertEquals($expected, json_decode($found, true));
    }

    public function testWhatIsNotATokenIsNone(): void
    {
        $program = 'echo failureOf(static fn () => Integration\requestTokens([]));';
        $answer = '{"access_token":{},"refresh_token":"r2"}';
        self::assertSame('unexpected_answer ', $this->with($answer, fn (): string => $this->printed($program)));
    }

    public function testTokensOfNoEventConnectNothing(): void
    {
        $program = '[$url, $cookie] = Integration\beginLogin("evt_1");'
            . ' parse_str(parse_url($url, PHP_URL_QUERY), $query);'
            . ' $answer = ["state" => $query["state"], "code" => "c"];'
            . ' echo failureOf(static fn () => Integration\finishLogin($answer, $cookie));'
            . ' echo count(Integration\logins());';
        foreach (['event_id', 'organization_id'] as $id) {
            $answer = "{\"access_token\":\"a2\",\"refresh_token\":\"r2\",\"$id\":\"1\"}";
            self::assertSame('not_connected 1', $this->with($answer, fn (): string => $this->printed($program)));
        }
    }

    public function testALoginThatCannotBeReadIsNotAMissingOne(): void
    {
        $check = ' foreach ([static fn () => Integration\loginFor("evt_1"),'
            . ' static fn () => Integration\refreshed($login, static fn () => exit("It was sent."))] as $work) {'
            . ' echo failureOf($work); }';
        $program = 'Integration\storeLogin((object) (["event_id" => "evt_2"] + (array) $login));'
            . ' $path = Integration\loginPath($login); chmod($path, 0);' . $check
            . ' unlink($path); mkdir($path);' . $check . ' echo Integration\loginFor("evt_2")->access_token;';
        $found = $this->with('{}', function () use ($program): array {
            return [$this->printed($program), ...$this->sync()];
        });
        self::assertSame(str_repeat('unreadable ', 4) . 'a1', $found[0]);
        self::assertSame('HTTP/1.0 500 Internal Server Error', $found[1]);
        self::assertStringContainsString('Is a directory', $found[2]);
        foreach ([0, 0o400] as $mode) { // without its names, and with its names only
            $program = "chmod(dirname(Integration\\loginPath(\$login)), $mode);$check";
            $found = $this->with('{}', fn (): string => $this->printed($program));
            self::assertSame('unreadable unreadable ', $found);
        }
    }

    public function testAMirrorThatCannotBeReadIsNeitherEmptyNorDeleted(): void
    {
        $program = '$mirror = dirname(Integration\pathOf("participants", "evt_1")); mkdir($mirror, 0);'
            . ' $deletion = (object) (["type" => Integration\DELETION] + (array) $login);'
            . ' echo failureOf(static fn () => Integration\participants("evt_1"));'
            . ' echo failureOf(static fn () => Integration\work($deletion, "one"));';
        self::assertSame('unreadable unreadable ', $this->with('{}', fn (): string => $this->printed($program)));
    }

    public function testADeliveryWhoseMarkCannotBeLookedForIsNeitherAcknowledgedNorWorkedAgain(): void
    {
        [$now, $body] = [time(), '{"type":"x"}'];
        $mac = hash_hmac('sha256', "$now.$body", (string) getenv('REVENTO_WEBHOOK_SECRET'));
        $headers = "Content-Length: 12\r\nX-Revento-Timestamp: $now\r\nX-Revento-Signature: sha256=$mac\r\n"
            . "X-Revento-Event: x\r\nX-Revento-Delivery-Id: marked\r\n";
        $program = '$mark = Integration\pathOf("worked", "marked"); mkdir(dirname($mark), 0);'
            . ' Integration\writeSealed(Integration\pathOf("inbox", "marked") . ".sealed",'
            . ' ["delivery_id" => "marked", "received_at" => 1, "event" => ["type" => "x"]]);'
            . ' Integration\workWaiting(static fn () => print("It was worked.")) || print("It waits.");'
            . ' array_map(unlink(...), Integration\filesIn(dirname(Integration\pathOf("inbox", ""))));'
            . ' chmod(dirname($mark), 0o700); mkdir($mark);'; // the server may be that of root, who may read everything
        [$found, $status, $log] = $this->with('', function () use ($program, $headers, $body): array {
            return [$this->printed($program), ...$this->answered('POST /webhooks/revento', $headers, $body)];
        });
        self::assertSame('It waits.', $found);
        self::assertSame('HTTP/1.0 500 Internal Server Error', $status);
        self::assertStringContainsString('Is a directory', $log);
    }

    public function testAPauseIsANumberOfSecondsAtMostAnHour(): void
    {
        $program = '$request = Integration\request("GET", getenv("REVENTO_API_BASE"), [], 20);'
            . ' echo json_encode(Integration\answerTo($request)->retryAfter);';
        $pauses = ['2' => '2', str_repeat('9', 30) => '3600', '-5' => 'null', '0' => 'null', 'soon' => 'null'];
        foreach ($pauses + ['Fri, 31 Dec 2099 23:59:59 GMT' => 'null'] as $asked => $pause) {
            $found = $this->with('{}', fn (): string => $this->printed($program), "Retry-After: $asked\r\n");
            self::assertSame($pause, $found, (string) $asked);
        }
    }

    public function testWhatIsNotAPortEndsTheStart(): void
    {
        $check = escapeshellarg(PHP_BINARY) . ' ' . escapeshellarg(dirname(__DIR__) . '/app.php') . ' check 2>&1';
        foreach (['0', '-1', '65536', '99999999999', 'abc'] as $port) {
            exec("PORT=$port $check", $printed, $status);
            self::assertSame([1, ['Set PORT to a port.']], [$status, $printed], $port);
            $printed = [];
        }
        exec("PORT= $check", $printed, $status);
        self::assertSame(0, $status, implode("\n", $printed));
    }
}

<?php

declare(strict_types=1);

namespace Integration\Tests;

use PHPUnit\Framework\TestCase;

use function Integration\config;
use function Integration\createOnce;
use function Integration\endedLogin;
use function Integration\openDataDir;
use function Integration\participants;
use function Integration\pathOf;
use function Integration\receive;
use function Integration\remember;
use function Integration\storeLogin;
use function Integration\work;
use function Integration\workWaiting;

use const Integration\DELETION;

final class WebhooksTest extends TestCase
{
    private const BODY = '{"id":"1","type":"x","event_id":null,"organization_id":null,"data":{}}';

    /** @return array{array<string, string>, string} */
    private function delivery(string $body = self::BODY, ?string $key = null, ?string $timestamp = null): array
    {
        $timestamp ??= (string) time();
        $mac = hash_hmac('sha256', "$timestamp.$body", $key ?? (string) getenv('REVENTO_WEBHOOK_SECRET'));
        $headers = [
            'x-revento-event' => 'x',
            'x-revento-delivery-id' => bin2hex(random_bytes(16)),
            'x-revento-timestamp' => $timestamp,
            'x-revento-signature' => "sha256=$mac",
        ];
        return [$headers, $body];
    }

    public function testAGenuineDeliveryIsAcceptedAndSoIsItsRepeat(): void
    {
        $once = $this->delivery();
        self::assertSame(204, receive(...$once));
        self::assertSame(204, receive(...$once));
    }

    public function testOthersAreRefused(): void
    {
        [$headers, $body] = $this->delivery();
        $refused = [
            'another secret' => $this->delivery(key: 'another'),
            'six minutes old' => $this->delivery(timestamp: (string) (time() - 360)),
            'six minutes ahead' => $this->delivery(timestamp: (string) (time() + 360)),
            'not a number' => $this->delivery(timestamp: 'today'),
            'no headers' => [[], '{}'],
            'one byte changed' => [$headers, "$body\n"],
        ];
        foreach ($refused as $name => $delivery) {
            self::assertSame(401, receive(...$delivery), $name);
        }
    }

    public function testSignedButNotJson(): void
    {
        self::assertSame(400, receive(...$this->delivery(body: 'hello')));
    }

    public function testFilesThatCannotBeReadDoNotHoldUpDeliveriesNorTheRestOfAMirror(): void
    {
        $mirror = pathOf('participants', 'evt_damaged') . '/damaged.sealed';
        foreach ([config()->dataDir . '/inbox/damaged.sealed', $mirror] as $path) {
            createOnce($path);
            file_put_contents($path, 'damaged');
        }
        mkdir(config()->dataDir . '/inbox/directory.sealed');
        [$headers, $body] = $this->delivery();
        receive($headers, $body);
        $worked = [];
        self::assertTrue(workWaiting(static function (object $event, string $id) use (&$worked): void {
            $worked[] = $id;
        }));
        self::assertContains($headers['x-revento-delivery-id'], $worked);
        self::assertSame([], participants('evt_damaged'));
    }

    public function testATypeThatIsNotKnownYetChangesNothingWhateverItsDataIs(): void
    {
        foreach (['participant.merged', 'application.moved', 'thread.updated'] as $type) {
            foreach ([(object) [], null, []] as $data) {
                work((object) ['type' => $type, 'event_id' => 'evt_unknown', 'data' => $data], $type);
            }
        }
        self::assertSame([], participants('evt_unknown'));
    }

    public function testADeletionThatNamesOnlyTheEventDeletesItsData(): void
    {
        $ids = ['event_id' => 'evt_alone', 'organization_id' => 'org_1', 'occurred_at' => ''];
        work((object) ($ids + ['type' => 'participant.joined', 'data' => (object) ['id' => 'p1']]), 'one');
        self::assertCount(1, participants('evt_alone'));
        work((object) (['type' => DELETION, 'organization_id' => null] + $ids), 'two');
        self::assertSame([], participants('evt_alone'));
    }

    public function testALostRefreshKeepsTheMirrorAndADeletionStopsIt(): void
    {
        $joined = ['type' => 'participant.joined', 'occurred_at' => '', 'data' => (object) ['id' => 'p1']];
        foreach (['a refresh was never answered' => 1, DELETION => 0] as $reason => $count) {
            $ids = ['event_id' => "evt of $reason", 'organization_id' => 'org_1'];
            storeLogin(endedLogin((object) $ids, $reason));
            work((object) ($ids + $joined), $reason);
            self::assertCount($count, participants($ids['event_id']), $reason);
        }
    }

    public function testADelayedDeliveryDoesNotUndoWhatASyncHasRead(): void
    {
        $server = stream_socket_server('tcp://127.0.0.1:0');
        $reviewed = '"application_status":"rejected","last_reviewed_at":"2026-01-02T10:00:00.500Z"';
        $page = '{"title":"","data":[{"id":"p1",' . $reviewed . '}],"has_more":false}';
        $child = pcntl_fork();
        while ($child === 0) {
            $client = stream_socket_accept($server, 20);
            fread($client, 65_536);
            fwrite($client, "HTTP/1.1 200 Some reason\r\n\r\n$page");
            fclose($client);
        }
        $program = 'require $argv[1]; $ids = ["event_id" => "evt_delayed", "organization_id" => "org_1"];'
            . ' $tokens = ["access_token" => "a1", "refresh_token" => "r1", "scope" => "participants.read"];'
            . ' Integration\storeLogin((object) ($ids + $tokens)); foreach (array_slice($argv, 2) as $step) {'
            . ' if ($step === "sync") { Integration\sync("evt_delayed"); continue; }'
            . ' [$id, $time] = explode(" ", $step);'
            . ' $data = (object) ["id" => $id, "application_status" => "approved"];'
            . ' $event = ["type" => "participant.updated", "occurred_at" => $time, "data" => $data] + $ids;'
            . ' Integration\work((object) $event, $step);'
            . ' $rows = array_column(Integration\participants("evt_delayed"), "application_status", "id");'
            . ' echo "$rows[p1] "; }';
        $steps = ['sync', 'p1 2026-01-02T09:59:59Z', 'p1 2026-01-02T10:00:01Z'];
        // The next read is newer than a delivery that it follows, whomever that was about.
        $steps = [...$steps, 'p2 2026-01-02T12:00:00Z', 'sync', 'p1 2026-01-02T11:00:00Z', 'p1 2026-01-02T13:00:00Z'];
        $words = [PHP_BINARY, '-r', $program, '--', __DIR__ . '/settings.php', ...$steps];
        $base = ['REVENTO_API_BASE' => 'http://' . stream_socket_get_name($server, false)];
        $run = proc_open($words, [1 => ['pipe', 'w']], $pipes, null, $base + getenv());
        $printed = preg_replace('/\{.*\n/', '', stream_get_contents($pipes[1]));
        proc_close($run);
        posix_kill($child, SIGKILL);
        self::assertSame('rejected approved approved rejected approved ', $printed);
    }

    public function testASignedEventWithoutTheIdsOrTheTimeThatItMustHaveIsAcknowledgedAndLeftAlone(): void
    {
        $whole = ['event_id' => 'evt_odd', 'organization_id' => 'org_1', 'occurred_at' => '2026-01-02T10:00:00Z'];
        $data = ['id' => 'p1', 'participant_id' => 'p1'];
        foreach (['participant.registered', 'application.approved', DELETION] as $type) {
            foreach (array_keys($whole) as $name) {
                foreach ([null, 7, (object) [], ['evt_odd']] as $odd) {
                    $event = ['type' => $type, $name => $odd, 'data' => $data] + $whole;
                    $text = json_encode($event);
                    self::assertSame(204, receive(...$this->delivery($text)));
                    work(json_decode($text), $text);
                    unset($event[$name]);
                    work(json_decode(json_encode($event)), $text);
                    self::assertSame([], participants('evt_odd'));
                }
            }
        }
        self::assertTrue(workWaiting(work(...)));
    }

    public function testADeletionRemovesWhatASyncHasFound(): void
    {
        $ids = ['event_id' => 'evt_forgotten', 'organization_id' => 'org_1'];
        $login = (object) ($ids + ['access_token' => 'a1', 'refresh_token' => 'r1']);
        storeLogin($login);
        $found = static fn (): array => ['found' => ['title' => 'A title']];
        remember($login, 'sync', $found);
        storeLogin(endedLogin($login, DELETION));
        work((object) ($ids + ['type' => DELETION]), 'a deletion');
        remember($login, 'sync', $found);
        self::assertSame([], glob(pathOf('participants', 'evt_forgotten') . '/*'));
    }

    public function testTheStartRemovesOnlyWhatKilledProcessesLeft(): void
    {
        $data = config()->dataDir;
        $kept = ["$data/logins/young.tmp"];
        $swept = ["$data/attempts/once", "$data/logins/a.tmp", "$data/participants/event/b.tmp"];
        foreach ([...$kept, ...$swept] as $path) {
            createOnce($path);
            touch($path, $path === $kept[0] ? time() : 1);
        }
        openDataDir();
        self::assertSame($kept, array_values(array_filter([...$kept, ...$swept], is_file(...))));
    }
}

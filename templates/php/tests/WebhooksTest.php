<?php

declare(strict_types=1);

namespace Integration\Tests;

use Integration\Config;
use Integration\Mirror;
use Integration\Tokens;
use Integration\Tokens\Login;
use PHPUnit\Framework\TestCase;

use function Integration\Webhooks\inbox;
use function Integration\Webhooks\receive;
use function Integration\Webhooks\sweep;
use function Integration\Webhooks\workWaiting;

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
        $mirror = Mirror\mirrorOf('evt_damaged') . '/damaged.sealed';
        foreach ([inbox('damaged'), $mirror] as $path) {
            Tokens\createOnce($path);
            file_put_contents($path, 'damaged');
        }
        mkdir(inbox('a directory'));
        [$headers, $body] = $this->delivery();
        receive($headers, $body);
        $worked = [];
        self::assertTrue(workWaiting(static function (object $event, string $id) use (&$worked): void {
            $worked[] = $id;
        }));
        self::assertContains($headers['x-revento-delivery-id'], $worked);
        self::assertSame([], Mirror\participants('evt_damaged'));
    }

    public function testATypeThatIsNotKnownYetChangesNothingWhateverItsDataIs(): void
    {
        foreach (['participant.merged', 'application.moved', 'thread.updated'] as $type) {
            foreach ([(object) [], null, []] as $data) {
                Mirror\work((object) ['type' => $type, 'event_id' => 'evt_unknown', 'data' => $data], $type);
            }
        }
        self::assertSame([], Mirror\participants('evt_unknown'));
    }

    public function testALostRefreshKeepsTheMirrorAndADeletionStopsIt(): void
    {
        $joined = ['type' => 'participant.joined', 'occurred_at' => '', 'data' => (object) ['id' => 'p1']];
        foreach (['a refresh was never answered' => 1, Tokens\DELETION => 0] as $reason => $count) {
            $ids = ['event_id' => "evt of $reason", 'organization_id' => 'org_1'];
            Tokens\end(new Login(...array_values($ids)), $reason);
            Mirror\work((object) ($ids + $joined), $reason);
            self::assertCount($count, Mirror\participants($ids['event_id']), $reason);
        }
    }

    public function testADelayedDeliveryDoesNotUndoAReviewThatASyncHasRead(): void
    {
        $login = new Login('evt_delayed', 'org_1');
        $read = (object) ['id' => 'p1', 'application_status' => 'rejected'];
        $read->last_reviewed_at = '2026-01-02T10:00:00.500Z';
        $change = static fn (?object $held): ?array => Mirror\rowRead($read, $held, microtime(true));
        Mirror\remember($login, 'p1', $change);
        $data = (object) ['participant_id' => 'p1', 'status' => 'approved'];
        $event = ['type' => 'application.approved', 'event_id' => 'evt_delayed', 'organization_id' => 'org_1'];
        foreach (['2026-01-02T09:59:59Z' => 'rejected', '2026-01-02T10:00:01Z' => 'approved'] as $time => $status) {
            Mirror\work((object) ($event + ['occurred_at' => $time, 'data' => $data]), $time);
            self::assertSame($status, Mirror\participants('evt_delayed')[0]->application_status);
        }
    }

    public function testADeletionRemovesWhatASyncHasRead(): void
    {
        $login = new Login('evt_forgotten', 'org_1', 'a1', 'r1 of evt_forgotten');
        Tokens\store($login);
        Mirror\shared($login, 'title', microtime(true), static fn (): string => 'A title');
        Tokens\end($login, Tokens\DELETION);
        Mirror\shared($login, 'participants', microtime(true), static fn (): int => 38);
        $event = ['type' => Tokens\DELETION, 'event_id' => 'evt_forgotten', 'organization_id' => 'org_1'];
        Mirror\work((object) $event, 'a deletion');
        foreach (Mirror\PARTS as $part) {
            self::assertFileDoesNotExist(Mirror\syncOf('evt_forgotten', $part) . '.sealed');
        }
    }

    public function testTheStartRemovesOnlyWhatKilledProcessesLeft(): void
    {
        $data = Config::get()->dataDir;
        $kept = ["$data/logins/young.tmp"];
        $swept = ["$data/attempts/once", "$data/logins/a.tmp", "$data/participants/event/b.tmp"];
        foreach ([...$kept, ...$swept] as $path) {
            Tokens\createOnce($path);
            touch($path, $path === $kept[0] ? time() : 1);
        }
        sweep();
        self::assertSame($kept, array_values(array_filter([...$kept, ...$swept], is_file(...))));
    }
}

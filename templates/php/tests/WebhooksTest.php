<?php

declare(strict_types=1);

namespace Integration\Tests;

use PHPUnit\Framework\TestCase;

use function Integration\Webhooks\receive;

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
}

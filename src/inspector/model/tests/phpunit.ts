import { type RecordedTest, singleQuoted } from './recorded-test.ts';

/** A test for PHPUnit, with PHP's own functions only. */
export function asPhpunit({ url, type, contentType, text, base64 }: RecordedTest): string {
  const body = text === null ? `base64_decode('${base64}')` : singleQuoted(text);
  return `<?php
// A delivery of ${type}, recorded by revento. To run it, start your handler, then:
//   REVENTO_WEBHOOK_SECRET=... phpunit WebhookTest.php
use PHPUnit\\Framework\\TestCase;

final class WebhookTest extends TestCase
{
    private function body(): string
    {
        return ${body};
    }

    private function deliver(string $sent): int
    {
        $timestamp = (string) time();
        $digest = hash_hmac('sha256', $timestamp . '.' . $this->body(), (string) getenv('REVENTO_WEBHOOK_SECRET'));
        $headers = [
            'Content-Type: ${contentType}',
            'X-Revento-Event: ${type}',
            'X-Revento-Delivery-Id: ' . bin2hex(random_bytes(16)),
            'X-Revento-Timestamp: ' . $timestamp,
            'X-Revento-Signature: sha256=' . $digest,
        ];
        $options = ['method' => 'POST', 'header' => $headers, 'content' => $sent, 'ignore_errors' => true];
        $url = getenv('WEBHOOK_URL') ?: '${url}';
        file_get_contents($url, false, stream_context_create(['http' => $options]));
        return (int) explode(' ', $http_response_header[0])[1];
    }

    public function testAcknowledgesTheDelivery(): void
    {
        $this->assertSame(2, intdiv($this->deliver($this->body()), 100));
    }

    public function testRejectsAChangedBody(): void
    {
        $this->assertSame(401, $this->deliver($this->body() . ' '));
    }
}
`;
}

import { phpBytes, phpText } from './literals.ts';
import { camelCase, pascalCase } from './names.ts';
import type { TestCase, TestFile } from './test-file.ts';

/** Tests for PHPUnit, with PHP's own functions only. */
export function asPhpunit({ url, className, key, cases, changed }: TestFile): string {
  return `<?php
// Deliveries recorded by revento. To run the tests, start your handler, then:
//   ${key === null ? 'REVENTO_WEBHOOK_SECRET=... ' : ''}phpunit ${className}.php
use PHPUnit\\Framework\\TestCase;

final class ${className} extends TestCase
{
    /** The status of the answer. Signs $signed, with the current time; null leaves the headers as they are. */
    private function deliver(array $headers, string $body, ?string $signed): int
    {
        if ($signed !== null) {
            $secret = getenv('REVENTO_WEBHOOK_SECRET')${key === null ? '' : ` ?: '${key}'`};
            $this->assertIsString($secret, 'Set REVENTO_WEBHOOK_SECRET.');
            $timestamp = (string) time();
            $headers[] = 'X-Revento-Timestamp: ' . $timestamp;
            $headers[] = 'X-Revento-Signature: sha256=' . hash_hmac('sha256', $timestamp . '.' . $signed, $secret);
        }
        $stream = fopen(getenv('WEBHOOK_URL') ?: '${url}', 'r', false, stream_context_create(['http' => [
            'method' => 'POST',
            'header' => $headers,
            'content' => $body,
            'ignore_errors' => true,
            'follow_location' => 0,
            'timeout' => 10,
        ]]));
        $this->assertIsResource($stream, 'The handler did not answer.');
        return (int) explode(' ', stream_get_meta_data($stream)['wrapper_data'][0])[1];
    }
${cases.map(testOf).join('')}${changed === null ? '' : changedTest(changed)}}
`;
}

function testOf(one: TestCase): string {
  const name = camelCase(one);
  const call = `$this->deliver($headers, $body, ${one.isSigned ? '$body' : 'null'})`;
  const body = one.text === null ? `base64_decode('${one.base64}')` : phpText(one.text);
  const lines = one.headers.map(([header, value]) => `${header}: ${value}`);
  // Without a content type, PHP warns, and PHPUnit fails on a warning.
  if (!lines.some((line) => /^content-type:/i.test(line))) lines.push('Content-Type:');
  const headers = lines.map((line) => `            ${phpBytes(line)},\n`).join('');
  return `
    private function ${name}(): array
    {
        $headers = [
${headers}        ];
        return [$headers, ${body}];
    }

    public function test${pascalCase(one)}(): void
    {
        [$headers, $body] = $this->${name}();
        ${one.status === null ? `$this->assertSame(2, intdiv(${call}, 100));` : `$this->assertSame(${one.status}, ${call});`}
    }
`;
}

function changedTest(one: TestCase): string {
  return `
    public function testRejectsAChangedBody(): void
    {
        [$headers, $body] = $this->${camelCase(one)}();
        $this->assertSame(401, $this->deliver($headers, $body . ' ', $body));
    }
`;
}

import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { HttpFailure } from '../../../src/http/failure.ts';
import { maskUrl, traced } from '../../../src/platform/http/trace.ts';
import type { Exchange, HttpRequest } from '../../../src/ports/exchange.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const secret = randomBytes(16).toString('hex');
const request: HttpRequest = {
  method: 'GET',
  url: `https://api.test/api/v1/me?limit=2&access_token=${secret}`,
  headers: [
    ['Authorization', `Bearer ${secret}`],
    ['X-Revento-Request-Id', 'id-1'],
    ['Accept', 'application/json'],
  ],
  body: Buffer.from(secret),
};

function trace(exchange: (advance: (ms: number) => void) => Exchange, hasHeaders = false) {
  const clock = fakeClock();
  const written: string[] = [];
  const decorated = traced(exchange(clock.advance), { clock, write: (text) => written.push(text), hasHeaders });
  return { decorated, written };
}

const answering = (advance: (ms: number) => void): Exchange => {
  return async () => {
    advance(12.4);
    return {
      status: 200,
      headers: [
        ['Set-Cookie', secret],
        ['Content-Type', 'text/plain'],
      ],
      body: Buffer.from(secret),
    };
  };
};

it('tells method, URL, status, time and request id of a request', async () => {
  const { decorated, written } = trace(answering);
  await decorated(request);
  expect(written).toEqual(['> GET https://api.test/api/v1/me?limit=2&access_token=[masked] 200 12 ms id-1']);
});

it('tells headers too when asked, and no secret', async () => {
  const { decorated, written } = trace(answering, true);
  await decorated(request);
  expect(written[0]).toContain('\n  > Accept: application/json');
  expect(written[0]).toContain('\n  > Authorization: [masked]');
  expect(written[0]).toContain('\n  < Set-Cookie: [masked]');
  expect(written[0]).not.toContain(secret);
});

it('tells why no answer came, and passes the failure on', async () => {
  const { decorated, written } = trace(() => async () => {
    throw new HttpFailure('refused', 'api.test:443', true);
  });
  await expect(decorated(request)).rejects.toMatchObject({ kind: 'refused' });
  expect(written[0]).toMatch(/connection refused \(api\.test:443\) 0 ms id-1$/);
});

it.each([
  ['https://a.test/x?code=abc&state=def&limit=5', 'https://a.test/x?code=[masked]&state=[masked]&limit=5'],
  ['https://user:pass@a.test/x#token', 'https://a.test/x'],
  [
    'https://a.test/x?a=b%20c&client_secret=1&client_secret=2',
    'https://a.test/x?a=b%20c&client_secret=[masked]&client_secret=[masked]',
  ],
  ['::', '[not a URL]'],
])('shows %s as %s', (url, shown) => {
  expect(maskUrl(url)).toBe(shown);
});

it('lets no control character of a server through, in a header or a request id', async () => {
  const hostile = 'a\u009b31mred\u009d0;owned\u0007\u202eb';
  const { decorated, written } = trace(
    () => async () => ({
      status: 200,
      headers: [
        ['X-Evil', hostile],
        ['X-Revento-Request-Id', hostile],
      ],
      body: new Uint8Array(),
    }),
    true,
  );
  await decorated(request);
  expect(written[0]).toContain('X-Evil: a\ufffd31mred\ufffd0;owned\ufffd\ufffdb');
  expect(written[0]).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

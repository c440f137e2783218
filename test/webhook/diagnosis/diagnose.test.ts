import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type DiagnoseContext, diagnose } from '../../../src/webhook/diagnosis/diagnose.ts';
import { sign, verify } from '../../../src/webhook/signature.ts';
import { newSecret } from '../../support/webhook/delivery.ts';

const secret = newSecret();
const receivedAt = 1_700_000_000_000;
const now = '1700000000';
const body = '{"name":"Zoë/ü","list":[1,2],"nested":{"b":1,"a":null}}';

interface Given {
  readonly received?: string;
  readonly signed?: string;
  readonly signedWith?: string;
  readonly timestamp?: string;
  readonly signature?: string | null;
  readonly context?: Partial<DiagnoseContext>;
}

/** What is said of a delivery that does not verify. */
function explain({ received = body, signed = body, signedWith = secret, timestamp = now, signature, context }: Given) {
  const value = signature === undefined ? sign(signedWith, timestamp, Buffer.from(signed)) : signature;
  const headers: [string, string][] = [
    ['X-Revento-Event', 'activity.updated'],
    ['X-Revento-Delivery-Id', 'an-id'],
    ['X-Revento-Timestamp', timestamp],
  ];
  if (value !== null) headers.push(['X-Revento-Signature', value]);
  const delivery = { headers, body: Buffer.from(received), receivedAt };
  const secrets = context?.secrets ?? [secret];
  const verdict = verify({ secrets, timestamp, signature: value, body: delivery.body, nowSeconds: Number(now) });
  if (verdict.ok) throw new Error('this one verifies');
  const hints = diagnose(delivery, verdict.reason, { secrets, otherSecrets: new Map(), ...context });
  return { reason: verdict.reason, text: hints.join('\n') };
}

describe('a wrong signature', () => {
  it('made with the secret of another profile names the profile', () => {
    const other = newSecret();
    const { text } = explain({ signedWith: other, context: { otherSecrets: new Map([['staging', other]]) } });
    expect(text).toContain('signed with the secret of profile "staging": add -p staging');
    expect(text).not.toContain(other);
  });

  const value = JSON.parse(body) as unknown;
  it.each([
    ['pretty-printed (2 spaces)', JSON.stringify(value, null, 2), body],
    ['pretty-printed (4 spaces)', JSON.stringify(value, null, 4), body],
    ['pretty-printed (tabs)', JSON.stringify(value, null, '\t'), body],
    ['written compactly', body, JSON.stringify(value, null, 2)],
    ['without its trailing newline', body, `${body}\n`],
    ['with a trailing newline', `${body}\n`, body],
    ['pretty-printed (2 spaces), with a trailing newline', `${JSON.stringify(value, null, 2)}\n`, body],
    ['with CRLF line ends', '{\r\n"a": 1\r\n}', '{\n"a": 1\n}'],
    ['with LF line ends', '{\n"a": 1\n}', '{\r\n"a": 1\r\n}'],
    ['without its byte order mark', body, `\ufeff${body}`],
    ['non-ASCII characters escaped', body.replaceAll('ë', '\\u00eb').replaceAll('ü', '\\u00fc'), body],
    ['as PHP writes it', '{"a":"x\\/y"}', '{"a":"x/y"}'],
    ['as Python writes it', '{"a": [1, 2], "b": "x,y:z"}', '{"a":[1,2],"b":"x,y:z"}'],
    ['keys sorted', '{"list":[1,2],"name":"Zoë/ü","nested":{"a":null,"b":1}}', body],
  ])('of a body that was rewritten says which form was signed: %s', (form, signed, received) => {
    const { reason, text } = explain({ signed, received });
    expect(reason).toBe('signature_mismatch');
    expect(text).toContain('the secret is correct, but the body was changed on the way');
    expect(text).toContain(form);
  });

  it.each([
    ['white space around it', ` ${secret}\n`],
    ['quotes around it', `"${secret}"`],
  ])('points at the configured secret when it has %s', (what, configured) => {
    expect(explain({ context: { secrets: [configured] } }).text).toContain(what);
  });

  it('of the body alone, as GitHub signs, says that the timestamp was left out', () => {
    const bare = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const { reason, text } = explain({ signature: bare });
    expect(reason).toBe('signature_mismatch');
    expect(text).toBe('the sender left out the timestamp: sign the timestamp, a dot, and the body');
  });

  it('that nothing explains gets the three usual suspects', () => {
    const { text } = explain({ signedWith: newSecret() });
    expect(text).toMatch(/wrong secret\?[\s\S]*re-serialized\?[\s\S]*trailing newline\?/);
  });

  it('over a body that is not JSON, or too deep to serialize again, is explained without a crash', () => {
    for (const received of ['not json', '', '['.repeat(20_000) + ']'.repeat(20_000)]) {
      expect(explain({ signedWith: newSecret(), received }).text).toContain('wrong secret?');
    }
  });

  it('over a body that was made to be laborious is explained all the same', () => {
    // Indented, it would be longer than a string can be.
    const nested = `${'['.repeat(4_000)}${'1,'.repeat(100_000)}1${']'.repeat(4_000)}`;
    expect(explain({ signedWith: newSecret(), received: nested }).text).toContain('wrong secret?');
    const broken = `${'\n'.repeat(65_000)}a\n`;
    for (let count = 0; count < 30; count++) {
      expect(explain({ signedWith: newSecret(), received: broken }).text).toContain('wrong secret?');
    }
    const received = `{"a":[${'\n'.repeat(60_000)}]}`;
    expect(explain({ signed: '{"a":[]}', received }).text).toContain('written compactly');
    expect(explain({ signed: received, received: `${received}\n\r\n` }).text).toContain('without its trailing newline');
  });
});

describe('a wrong age', () => {
  it.each([
    ['1699999000', 'stale_timestamp', '17 minutes in the past', 'ahead'],
    ['1700000400', 'future_timestamp', '7 minutes in the future', 'behind'],
    ['1699000000', 'stale_timestamp', '12 days in the past', 'ahead'],
  ])('of %s says how far off and which way the clock is wrong', (timestamp, reason, distance, way) => {
    const explained = explain({ timestamp });
    expect(explained.reason).toBe(reason);
    expect(explained.text).toContain(distance);
    expect(explained.text).toContain('the signature itself is correct');
    expect(explained.text).toContain(way);
  });

  it('does not blame the clock when the signature is wrong as well', () => {
    const { text } = explain({ timestamp: '1600000000', signedWith: newSecret() });
    expect(text).toContain('the signature does not match either');
    expect(text).not.toContain('clock');
  });
});

describe('wrong headers', () => {
  const right = sign(secret, now, Buffer.from(body));
  it.each([
    ['milliseconds', { timestamp: '1700000000000' }, 'looks like milliseconds'],
    ['a date', { timestamp: '2023-11-14T22:13:20Z' }, 'is a date'],
    ['upper-case hex', { signature: `sha256=${right.slice(7).toUpperCase()}` }, 'match in lower case'],
    ['no prefix', { signature: right.slice(7) }, '"sha256=" in front of them is missing'],
    ['base64', { signature: Buffer.from(right.slice(7), 'hex').toString('base64') }, 'in base64'],
    ['no signature', { signature: null }, 'X-Revento-Signature is missing'],
  ])('%s', (_name, given, words) => {
    expect(explain(given).text).toContain(words);
  });
});

import { describe, expect, it } from 'vitest';
import { ReventoError } from '../../../src/errors/revento-error.ts';
import { type TargetRules, type TargetSource, targetUrl } from '../../../src/webhook/sending/target-url.ts';

const failureOf = (text: string, rules: TargetRules): ReventoError => {
  try {
    targetUrl(text, rules);
  } catch (error) {
    if (error instanceof ReventoError) return error;
  }
  throw new Error(`${text} was taken`);
};

it.each([
  ['3000', 'http://localhost:3000/webhooks/revento'],
  ['localhost:4000/hook', 'http://localhost:4000/hook'],
  ['127.0.0.1:3402', 'http://127.0.0.1:3402/'],
  ['[::1]:3402', 'http://[::1]:3402/'],
  ['[::1]:3402/hook?a=1', 'http://[::1]:3402/hook?a=1'],
  ['my_app:3000', 'http://my_app:3000/'],
  ['https://staging.test/hook#part', 'https://staging.test/hook'],
  ['http://0.0.0.0:3310/x', 'http://localhost:3310/x'],
  ['0.0.0.0:3310', 'http://localhost:3310/'],
  ['http://[::]:3310/x', 'http://localhost:3310/x'],
  ['[::]:3310', 'http://localhost:3310/'],
  ['http://2130706433:3000/', 'http://127.0.0.1:3000/'],
  [' 3000\r\n', 'http://localhost:3000/webhooks/revento'],
  ['\tlocalhost:4000/hook ', 'http://localhost:4000/hook'],
])('%s is %s', (text, url) => {
  expect(targetUrl(text, { source: '--to' }).href).toBe(url);
});

describe('what was given is named', () => {
  const sources: readonly (readonly [TargetSource, string])[] = [
    ['--to', '--to ":3310"'],
    ['--forward', '--forward ":3310"'],
    ['the URL argument', 'The URL ":3310"'],
    ['REVENTO_WEBHOOK_URL', 'REVENTO_WEBHOOK_URL ":3310"'],
  ];

  it.each(sources)('%s', (source, subject) => {
    expect(failureOf(':3310', { source })).toMatchObject({
      code: 'usage',
      message: `${subject} is neither an http or https URL nor a port.`,
      facts: { hint: 'did you mean 3310?' },
    });
    const other = failureOf('not a target', { source });
    expect(other.message).toContain(source === 'the URL argument' ? 'The URL' : source);
    // Only --forward routes by type.
    expect(other.facts.hint?.includes('application.approved=3001')).toBe(source === '--forward');
  });

  it.each(sources)('%s when the URL holds a password, which is not shown', (source) => {
    for (const text of ['http://u:p4ssword@localhost/', 'ftp://u:p4ssword@localhost/']) {
      const { message } = failureOf(text, { source });
      expect(message).toContain(source === 'the URL argument' ? 'The URL' : source);
      expect(message).not.toContain('p4ssword');
    }
  });
});

it.each([
  ['localhost', 'http://localhost:3000'],
  ['127.0.0.1/hook', 'http://127.0.0.1:3000/hook'],
  ['[::1]', 'http://[::1]:3000'],
  ['::1', 'http://[::1]:3000'],
])('%s of this machine lacks a port, not https', (text, url) => {
  expect(failureOf(text, { source: '--to' }).facts.hint).toBe(`did you mean ${url}?`);
});

it('a host without a scheme is recognized', () => {
  expect(failureOf('example.com/hook', { source: '--to' }).facts.hint).toBe('did you mean https://example.com/hook?');
});

it.each(['0', '65536', '99999999999999999999'])('%s is not a port', (text) => {
  expect(failureOf(text, { source: '--to' }).message).toBe(`--to "${text}" is not a port: ports are 1 to 65535.`);
});

it.each([
  ['--forward', 'add --allow-remote'],
  ['--to', 'leave out --insecure'],
] as const)('an address elsewhere is refused where %s stays on this machine', (source, hint) => {
  const { message, facts } = failureOf('http://192.0.2.1/', { source, isRemoteAllowed: false });
  expect(message).toBe(`${source} 192.0.2.1 is not on this machine.`);
  expect(facts.hint).toContain(hint);
});

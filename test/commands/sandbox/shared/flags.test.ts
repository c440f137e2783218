import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  declareSandboxFlags,
  readSandboxFlags,
  type SandboxFlags,
} from '../../../../src/commands/sandbox/shared/flags.ts';
import { ReventoError } from '../../../../src/errors/revento-error.ts';

const parse = (...args: readonly string[]) => {
  const command = declareSandboxFlags(new Command().exitOverride());
  return readSandboxFlags(command.parse([...args], { from: 'user' }).opts<SandboxFlags>());
};

describe('sandbox flags', () => {
  it('have defaults that need nothing', () => {
    expect(parse()).toEqual({
      given: {},
      options: {
        hasAutoConsent: false,
        hasRateLimits: true,
        accessTtlMs: 3_600_000,
        faults: [],
      },
      webhookUrl: null,
      retryScale: 1,
      redirectUris: [],
    });
  });

  it('reach the sandbox', () => {
    const plan = parse(
      ...['--auto-consent', '--no-rate-limit', '--participants', '100000', '--seed', '7', '--access-ttl', '30s'],
      ...['--fault', 'api:500x1', '--fault', 'token:slow=1s', '--retry-scale', '0.5'],
      ...[
        '--webhook-url',
        'http://localhost:3000/hook',
        '--redirect-uri',
        'http://localhost:1/a',
        '--redirect-uri',
        'https://t.example/B?x',
      ],
    );
    expect(plan.options).toMatchObject({
      participants: 100_000,
      seed: 7,
      accessTtlMs: 30_000,
      hasAutoConsent: true,
      hasRateLimits: false,
    });
    expect(plan.options.faults).toHaveLength(2);
    expect(plan).toMatchObject({
      retryScale: 0.5,
      webhookUrl: 'http://localhost:3000/hook',
      redirectUris: ['http://localhost:1/a', 'https://t.example/B?x'],
    });
  });

  it.each([
    ['--participants', 'x'],
    ['--participants', '-1'],
    ['--participants', '1.5'],
    ['--participants', '1000001'],
    ['--seed', ''],
    ['--access-ttl', '10'],
    ['--access-ttl', '500ms'],
    ['--retry-scale', '-1'],
    ['--retry-scale', 'fast'],
    ['--retry-scale', ''],
    ['--webhook-url', 'localhost:3000'],
    ['--webhook-url', 'file:///etc/passwd'],
    ['--webhook-url', 'http://user:pw@localhost/'],
    ['--redirect-uri', '/callback'],
    ['--redirect-uri', 'http://localhost/cb#x'],
    ['--fault', 'everything:broken'],
  ])('refuse %s %j as wrong usage', (flag, value) => {
    expect.assertions(2);
    try {
      parse(flag, value);
    } catch (error) {
      expect(error).toBeInstanceOf(ReventoError);
      expect((error as ReventoError).code).toBe('usage');
    }
  });
});

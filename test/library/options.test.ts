import { describe, expect, it } from 'vitest';
import { readOptions, toMs } from '../../src/library/options.ts';
import type { SandboxOptions } from '../../src/library/public.ts';

describe('the options of the library', () => {
  it('have defaults for a test suite: consent at once, a free port, no deliveries', () => {
    expect(readOptions({})).toMatchObject({
      core: { hasAutoConsent: true, hasRateLimits: true, accessTtlMs: 3_600_000 },
      port: 0,
      webhookUrl: null,
      retryScale: 1,
    });
  });

  it.each([
    [{ people: 3 }, 'Unknown option people'],
    [{ participants: -1 }, 'participants must be a whole number'],
    [{ participants: '3' }, 'participants must be a whole number'],
    [{ port: 70_000 }, 'port must be a whole number from 0 to 65535'],
    [{ webhookUrl: '3000' }, 'webhookUrl must be an http or https URL'],
    [{ webhookUrl: 'http://user:pass@127.0.0.1/' }, 'without credentials'],
    [{ autoConsent: 'yes' }, 'autoConsent must be true or false'],
    [{ accessTtl: 10 }, 'accessTtl must be at least 1s'],
    [{ retryScale: Number.NaN }, 'retryScale must be a number from 0 to 100'],
    [{ faults: 'api:503' }, 'faults must be an array of strings'],
    [{ load: {} }, 'load is not a saved sandbox'],
    [{ load: {}, seedFile: 'people.yaml' }, 'load and seedFile cannot be given together'],
    [{ seed: -1 }, 'seed must be a whole number'],
  ])('are refused where they mean nothing: %j', (options, message) => {
    expect(() => readOptions(options as SandboxOptions)).toThrow(
      expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining(message) }),
    );
  });

  it('take a duration as milliseconds or as text', () => {
    expect([toMs(1_500, 'by'), toMs('91d', 'by', Number.MAX_SAFE_INTEGER), toMs('1h30m', 'by')]).toEqual([
      1_500, 7_862_400_000, 5_400_000,
    ]);
    expect(() => toMs(-1, 'by')).toThrow('by must be whole milliseconds');
  });
});

import type { Command } from 'commander';
import { collect, wholeNumber } from '../../../command-kit/option-values.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { parseUrl } from '../../../http/web-address.ts';
import { parseFault } from '../../../sandbox/faults/fault.ts';
import { faultHelp } from '../../../sandbox/faults/fault-help.ts';
import { defaultParticipants } from '../../../sandbox/world/world.ts';
import { parseDuration } from '../../../text/time.ts';
import type { SandboxPlan } from '../../shared/sandbox/open.ts';

/** Flags that `sandbox start` and `sandbox exec` have in common, as commander leaves them. */
export interface SandboxFlags {
  readonly autoConsent: boolean;
  readonly webhookUrl?: string;
  readonly participants?: string;
  readonly seed?: string;
  readonly seedFile?: string;
  readonly manifest?: string;
  readonly canaries: boolean;
  /** False when `--no-rate-limit` was given. */
  readonly rateLimit: boolean;
  readonly accessTtl: string;
  readonly fault: readonly string[];
  readonly redirectUri: readonly string[];
  readonly retryScale: string;
}

const most = 1_000_000;

/**
 * Declares the flags and the table of faults.
 *
 * @param webhookTarget  what `--webhook-url` is without the flag, in words; left out, deliveries are off
 */
export function declareSandboxFlags(command: Command, webhookTarget?: string): Command {
  return command
    .option('--auto-consent', 'grant consent at once, without a page', false)
    .option(
      '--webhook-url <url>',
      `send deliveries here${webhookTarget === undefined ? '' : ` (default: ${webhookTarget})`}`,
    )
    .option('--participants <n>', `participants of the test event (default: ${defaultParticipants})`)
    .option('--seed <n>', 'random seed for the test data (default: 1)')
    .option('--seed-file <file>', 'test data of your own: YAML or JSON, see sandbox-seed.schema.json')
    .option('--manifest <file>', 'the scopes and event types that your integration declares: YAML or JSON')
    .option('--canaries', 'mark people, tokens and secrets, for `revento privacy scan`', false)
    .option('--no-rate-limit', 'no rate limits and no X-RateLimit headers')
    .option('--access-ttl <duration>', 'lifetime of access tokens', '1h')
    .option('--redirect-uri <uri>', 'register one more redirect URI (repeatable)', collect, [])
    .option('--retry-scale <factor>', 'multiply the waits between webhook retries, such as 0.01', '1')
    .option('--fault <spec>', 'inject a fault (repeatable, see below)', collect, [])
    .addHelpText('after', `\n${faultHelp}`);
}

/**
 * Checks the flags.
 *
 * @throws ReventoError `usage`
 */
export function readSandboxFlags(flags: SandboxFlags): SandboxPlan {
  const accessTtlMs = parseDuration(flags.accessTtl);
  if (accessTtlMs < 1_000) throw new ReventoError('usage', '--access-ttl must be at least 1s.');
  const retryScale = Number(flags.retryScale);
  if (flags.retryScale.trim() === '' || !(retryScale >= 0 && retryScale <= 100)) {
    throw new ReventoError(
      'usage',
      `--retry-scale must be a number from 0 to 100, not ${JSON.stringify(flags.retryScale)}.`,
    );
  }
  const given = {
    ...(flags.seed !== undefined && { seed: wholeNumber('--seed', flags.seed, 0, 2 ** 31 - 1) }),
    ...(flags.participants !== undefined && {
      participants: wholeNumber('--participants', flags.participants, 0, most),
    }),
  };
  return {
    given,
    options: {
      ...given,
      ...(flags.canaries && { hasCanaries: true }),
      hasAutoConsent: flags.autoConsent,
      hasRateLimits: flags.rateLimit,
      accessTtlMs,
      faults: flags.fault.map(parseFault),
    },
    webhookUrl: flags.webhookUrl === undefined ? null : webUrl('--webhook-url', flags.webhookUrl),
    retryScale,
    redirectUris: flags.redirectUri.map(redirectUri),
  };
}

function webUrl(flag: string, text: string): string {
  const url = parseUrl(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new ReventoError('usage', `${flag} must be an http or https URL without credentials.`);
  }
  return text;
}

/** Kept as typed: it is compared byte for byte. */
function redirectUri(text: string): string {
  if (webUrl('--redirect-uri', text).includes('#')) {
    throw new ReventoError('usage', '--redirect-uri must not have a fragment (#…).');
  }
  return text;
}

import { parseUrl } from '../http/web-address.ts';
import { parseFault } from '../sandbox/faults/fault.ts';
import { readSnapshot, type Snapshot } from '../sandbox/saved/snapshot.ts';
import type { SandboxOptions as CoreOptions } from '../sandbox/server/app.ts';
import { parseDuration } from '../text/time.ts';
import type { Duration, SandboxOptions } from './public.ts';
import { SandboxError } from './sandbox-error.ts';

/** The options, checked. */
export interface Plan {
  readonly core: Omit<CoreOptions, 'clock'>;
  readonly port: number;
  readonly webhookUrl: string | null;
  readonly retryScale: number;
  readonly redirectUris: readonly string[];
  readonly saved: Snapshot | null;
  /** Checked later: a file has to be read first. */
  readonly own: Pick<SandboxOptions, 'manifest' | 'participants' | 'seedFile'>;
}

/** Every option: a misspelled one would otherwise be silently ignored. */
const known: Readonly<Record<keyof SandboxOptions, true>> = {
  port: true,
  webhookUrl: true,
  participants: true,
  seed: true,
  seedFile: true,
  manifest: true,
  autoConsent: true,
  rateLimit: true,
  accessTtl: true,
  retryScale: true,
  redirectUris: true,
  faults: true,
  load: true,
};

/**
 * Checks the options.
 *
 * @throws SandboxError `invalid_option`
 * @throws ReventoError `usage` for a fault or a duration that is malformed
 */
export function readOptions(options: SandboxOptions): Plan {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) throw invalid(`Unknown option ${unknown}; options are ${Object.keys(known).join(', ')}`);
  const accessTtlMs = toMs(options.accessTtl ?? '1h', 'accessTtl');
  if (accessTtlMs < 1_000) throw invalid('accessTtl must be at least 1s');
  const retryScale = options.retryScale ?? 1;
  if (!(retryScale >= 0 && retryScale <= 100)) throw invalid('retryScale must be a number from 0 to 100');
  const { seed, participants, seedFile, manifest } = options;
  if (options.load !== undefined && seedFile !== undefined) {
    throw invalid('load and seedFile cannot be given together: a saved sandbox has its own data');
  }
  return {
    core: {
      // A seed file may have its own.
      ...(seed !== undefined && { seed: whole('seed', seed, 2 ** 31 - 1) }),
      ...(participants !== undefined && { participants: whole('participants', participants, 1_000_000) }),
      hasAutoConsent: flag('autoConsent', options.autoConsent ?? true),
      hasRateLimits: flag('rateLimit', options.rateLimit ?? true),
      accessTtlMs,
      faults: texts('faults', options.faults ?? []).map(parseFault),
    },
    port: whole('port', options.port ?? 0, 65_535),
    webhookUrl: options.webhookUrl === undefined ? null : webUrl('webhookUrl', options.webhookUrl),
    retryScale,
    redirectUris: texts('redirectUris', options.redirectUris ?? []).map((uri) => webUrl('redirectUris', uri)),
    saved: options.load === undefined ? null : savedSandbox(options.load),
    own: { seedFile, manifest, participants },
  };
}

/** Milliseconds of a duration. @throws SandboxError `invalid_option`, ReventoError `usage` */
export function toMs(duration: Duration, name: string, limitMs?: number): number {
  if (typeof duration === 'string') return parseDuration(duration, limitMs);
  if (Number.isSafeInteger(duration) && duration >= 0) return duration;
  throw invalid(`${name} must be whole milliseconds, or text such as 5m`);
}

function savedSandbox(value: unknown): Snapshot {
  const read = readSnapshot(value);
  if ('snapshot' in read) return read.snapshot;
  throw invalid(`load is not a saved sandbox: ${read.problem}`);
}

function whole(name: string, value: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= 0 && value <= most) return value;
  throw invalid(`${name} must be a whole number from 0 to ${most}`);
}

function flag(name: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(`${name} must be true or false`);
}

function texts(name: string, values: readonly string[]): readonly string[] {
  if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return values;
  throw invalid(`${name} must be an array of strings`);
}

function webUrl(name: string, text: string): string {
  const url = typeof text === 'string' ? parseUrl(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return text;
  throw invalid(`${name} must be an http or https URL without credentials`);
}

function invalid(problem: string): SandboxError {
  return new SandboxError('invalid_option', `${problem}.`);
}

import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { one } from '../../../webhook/head.ts';
import type { Recorded } from '../../../webhook/recorded-line.ts';
import type { Recording } from '../../../webhook/recording.ts';
import { defaultToleranceSeconds, deliveryHeaders } from '../../../webhook/signature.ts';

interface Choice {
  readonly file: string;
  /** Delivery ids; default: all. */
  readonly only: readonly string[] | undefined;
  readonly includeInvalid: boolean;
  /** Whether they get a fresh signature before they are sent. */
  readonly isSigned: boolean;
}

/**
 * The same recording.
 *
 * @throws ReventoError `failed` when the file is not a recording
 */
export function checked(recording: Recording, file: string): Recording {
  if (recording.foreign === null) return recording;
  throw new ReventoError('failed', `${file} is not a recording: ${recording.foreign}.`, {
    hint: 'make one with: revento webhook listen --record FILE',
  });
}

/**
 * The deliveries of a recording to send, and a sentence about the rest.
 *
 * Anyone who can reach a listener can have a forged delivery recorded. Signing it with the real secret
 * would make it genuine.
 *
 * @returns `leftOut`: a sentence about those recorded as invalid; null when none is left out
 * @throws ReventoError `failed` when nothing is left
 */
export function choose(
  deliveries: readonly Recorded[],
  { file, only, includeInvalid, isSigned }: Choice,
): { readonly chosen: readonly Recorded[]; readonly leftOut: string | null } {
  const wanted = deliveries.filter(({ deliveryId }) => !only || only.includes(deliveryId ?? ''));
  if (wanted.length === 0) {
    const what = only ? `no delivery ${only.join(' or ')}` : 'no deliveries';
    throw new ReventoError('failed', `${file} has ${what}.`);
  }
  const invalid = includeInvalid ? [] : wanted.filter((recorded) => recorded.invalid !== null);
  const chosen = wanted.filter((recorded) => !invalid.includes(recorded));
  if (invalid.length === 0) return { chosen, leftOut: null };
  const were = `${invalid.length} recorded as invalid (${reasonsOf(invalid)})`;
  const remedy = isSigned
    ? 'they are never signed; without --resign, --include-invalid sends them unchanged'
    : '--include-invalid sends them unchanged';
  if (chosen.length > 0) return { chosen, leftOut: `left out: ${were}; ${remedy}` };
  throw new ReventoError('failed', `${file} has nothing to send: ${were}.`, { hint: remedy });
}

/** `2 signature_mismatch, 1 stale_timestamp` */
function reasonsOf(invalid: readonly Recorded[]): string {
  const counts = new Map<string, number>();
  for (const { invalid: reason } of invalid) counts.set(reason ?? '', (counts.get(reason ?? '') ?? 0) + 1);
  if (counts.size === 1) return [...counts.keys()].join();
  return [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ');
}

/** The hint why a handler refuses a delivery sent as recorded; null when it should have accepted it. */
export function whyRefused({ invalid, headers, scrubbed }: Recorded, { clock }: Pick<Deps, 'clock'>): string | null {
  if (invalid !== null) return `it was recorded as invalid (${invalid}): a correct handler rejects it`;
  if (scrubbed !== null) return 'add --resign: a scrubbed recording is signed with the key of its file';
  const ageSeconds = Math.floor(clock.now() / 1000) - Number(one(headers, deliveryHeaders.timestamp));
  return ageSeconds > defaultToleranceSeconds ? 'add --resign: the recorded timestamp is now too old' : null;
}

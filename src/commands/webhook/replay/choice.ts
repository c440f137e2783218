import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { one } from '../../../webhook/head.ts';
import type { Recorded } from '../../../webhook/recorded-line.ts';
import type { Recording } from '../../../webhook/recording.ts';
import { defaultToleranceSeconds, deliveryHeaders } from '../../../webhook/signature.ts';

export interface Choice {
  readonly file: string;
  /** Delivery ids; all of them when it is left out. */
  readonly only: readonly string[] | undefined;
  readonly includeInvalid: boolean;
  /** They get a fresh signature before they are sent. */
  readonly isSigned: boolean;
}

/**
 * The same recording.
 *
 * @throws ReventoError `failed` when the file is something else altogether
 */
export function checked(recording: Recording, file: string): Recording {
  if (recording.foreign === null) return recording;
  throw new ReventoError('failed', `${file} is not a recording: ${recording.foreign}.`, {
    hint: 'a recording is what `revento webhook listen --record FILE` writes',
  });
}

/**
 * The deliveries of a recording to send, and a sentence about the rest.
 *
 * Whoever reaches a listener can have a delivery recorded, a forged one too: to sign such a one with the real secret
 * would make it genuine.
 *
 * @returns `leftOut`: a sentence about those that were recorded as invalid; null when none stays out
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
  throw new ReventoError('failed', `${file} has nothing to send but ${were}.`, { hint: remedy });
}

/** `2 signature_mismatch, 1 stale_timestamp` */
function reasonsOf(invalid: readonly Recorded[]): string {
  const counts = new Map<string, number>();
  for (const { invalid: reason } of invalid) counts.set(reason ?? '', (counts.get(reason ?? '') ?? 0) + 1);
  if (counts.size === 1) return [...counts.keys()].join();
  return [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ');
}

/** Why a handler refuses a delivery that comes as it was recorded, as a hint; null when it should have taken it. */
export function whyRefused({ invalid, headers }: Recorded, { clock }: Pick<Deps, 'clock'>): string | null {
  if (invalid !== null) return `it was recorded as invalid (${invalid}): a correct handler rejects it`;
  const ageSeconds = Math.floor(clock.now() / 1000) - Number(one(headers, deliveryHeaders.timestamp));
  return ageSeconds > defaultToleranceSeconds ? 'add --resign: the recorded timestamp is too old by now' : null;
}

import { voucherIn } from '../webhook/file-key.ts';
import { verifyAtAnyAge } from '../webhook/head.ts';
import type { Recorded } from '../webhook/recorded-line.ts';

/**
 * What the signature of a recorded delivery was worth. `unchecked`: the recording says that it was verified, and no
 * secret is here to check it.
 */
export type Judged = 'genuine' | 'unchecked' | 'forged';

/** A verdict, and the signing secret that it is based on. */
export interface Judgment {
  readonly judged: Judged;
  /** It signed the delivery, or vouches for the scrubbed line; null for none. */
  readonly secret: string | null;
}

/**
 * Judges the signature that a delivery has, at any age. A recording that says `verified` proves nothing: signing a
 * delivery that somebody added to it would make it genuine. A scrubbed delivery names its own key, so it is genuine
 * only where a signing secret vouches for it, and forged where its file does not name that key.
 *
 * @param secrets  signing secrets that are configured here
 * @param includeUnchecked  takes one that none of the secrets signed as unchecked, too
 */
export function judgeRecorded(
  delivery: Recorded,
  {
    secrets,
    includeUnchecked = false,
  }: { readonly secrets: readonly string[]; readonly includeUnchecked?: boolean | undefined },
): Judgment {
  const { invalid, scrubbed } = delivery;
  const forged: Judgment = { judged: 'forged', secret: null };
  const unchecked: Judgment = { judged: 'unchecked', secret: null };
  if (invalid === 'signature_mismatch') return forged;
  const verdict = verifyAtAnyAge(delivery, scrubbed === null ? secrets : [scrubbed.fileKey]);
  if (scrubbed !== null) {
    if (!verdict.ok) return forged;
    const secret = voucherIn(scrubbed, secrets);
    if (secret !== null) return { judged: 'genuine', secret };
    return scrubbed.isNamed ? unchecked : forged;
  }
  if (verdict.ok) return { judged: 'genuine', secret: secrets[verdict.secretIndex] ?? null };
  const isUnknown = secrets.length === 0 || includeUnchecked;
  return invalid === null && isUnknown && verdict.reason === 'signature_mismatch' ? unchecked : forged;
}

import { voucherIn } from '../../../webhook/file-key.ts';
import { verifyAtAnyAge } from '../../../webhook/head.ts';
import type { Recorded } from '../../../webhook/recorded-line.ts';

interface SignableOptions {
  /** Secrets that may have signed the recorded deliveries. */
  readonly secrets: readonly string[];
  readonly includeUnchecked: boolean;
}

/**
 * The deliveries whose recorded signature is valid, at any age. A file that says `verified` proves nothing:
 * signing a delivery that someone added to it would make it genuine.
 *
 * @returns `leftOut`: a sentence about the others; null without any
 */
export function signable(
  deliveries: readonly Recorded[],
  { secrets, includeUnchecked }: SignableOptions,
): { readonly chosen: readonly Recorded[]; readonly leftOut: string | null } {
  const chosen: Recorded[] = [];
  const left = { unchecked: 0, broken: 0 };
  for (const recorded of deliveries) {
    const reason = reasonAgainst(recorded, secrets);
    if (reason === null || (reason === 'unchecked' && includeUnchecked)) chosen.push(recorded);
    else left[reason]++;
  }
  const parts = [
    left.unchecked > 0 &&
      `${left.unchecked} whose signature cannot be checked (signed, or scrubbed, with a secret that is not configured here, or forged); --include-unchecked signs them`,
    left.broken > 0 && `${left.broken} without a valid timestamp and signature header; they are never signed`,
  ].filter((part) => part !== false);
  return { chosen, leftOut: parts.length === 0 ? null : `left out: ${parts.join('; ')}` };
}

/**
 * Why a delivery is not signed. `unchecked`: none of the secrets signed it; another one may have. A scrubbed delivery
 * is signed with the key that it names, and says itself that it was checked: both prove nothing, because anyone can
 * write it so. Only a secret that vouches for it does.
 */
function reasonAgainst(delivery: Recorded, secrets: readonly string[]): 'unchecked' | 'broken' | null {
  const { scrubbed } = delivery;
  const verdict = verifyAtAnyAge(delivery, scrubbed === null ? secrets : [scrubbed.fileKey]);
  if (verdict.ok) return scrubbed === null || voucherIn(scrubbed, secrets) !== null ? null : 'unchecked';
  return verdict.reason === 'signature_mismatch' ? 'unchecked' : 'broken';
}

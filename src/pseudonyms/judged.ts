import { readHead } from '../webhook/head.ts';
import type { Recorded } from '../webhook/recorded-line.ts';
import { verify } from '../webhook/signature.ts';

/**
 * What the signature of a recorded delivery was worth. `unchecked`: the recording says that it was verified, and no
 * secret is here to check it.
 */
export type Judged = 'genuine' | 'unchecked' | 'forged';

/**
 * Judges the signature that a delivery has, at any age. A recording that says `verified` proves nothing: signing a
 * delivery that somebody added to it would make it genuine.
 *
 * @param secrets  signing secrets that are configured here; a scrubbed delivery names its own key
 * @param includeUnchecked  takes one that none of the secrets signed as unchecked, too
 */
export function judgeRecorded(
  { headers, body, invalid, scrubbed }: Recorded,
  {
    secrets,
    includeUnchecked = false,
  }: { readonly secrets: readonly string[]; readonly includeUnchecked?: boolean | undefined },
): Judged {
  if (invalid === 'signature_mismatch') return 'forged';
  const { timestamp, signature } = readHead(headers);
  const keys = scrubbed === null ? secrets : [scrubbed.fileKey];
  const age = { nowSeconds: 0, toleranceSeconds: Number.POSITIVE_INFINITY };
  const verdict = verify({ secrets: keys, timestamp, signature, body, ...age });
  if (verdict.ok) return scrubbed?.isChecked === false ? 'unchecked' : 'genuine';
  const isUnknown = scrubbed === null && (secrets.length === 0 || includeUnchecked);
  return invalid === null && isUnknown && verdict.reason === 'signature_mismatch' ? 'unchecked' : 'forged';
}

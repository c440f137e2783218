import { type Item, valueItem } from '../../../output/item.ts';
import { verifyAtAnyAge } from '../../../webhook/head.ts';
import type { Recorded } from '../../../webhook/recorded-line.ts';
import type { Recording } from '../../../webhook/recording.ts';

/** What a valid signature in a scrubbed recording does not say. */
export const notFromRevento =
  'it was scrubbed: a valid signature says that it was not changed by accident since, not that Revento sent it';
/** The same where nobody checked the first signature. */
export const uncheckedBefore = 'no signature was checked when it was scrubbed, so it may have been forged';

/** The result for a whole scrubbed recording, and whether it is as it was when it was scrubbed. */
export function judgeScrubbed({ deliveries, warnings }: Recording): { readonly item: Item; readonly isSound: boolean } {
  const problems = deliveries.flatMap((delivery) => problemOf(delivery) ?? []);
  const invalid = deliveries.filter((delivery) => delivery.invalid !== null).length;
  const unchecked = deliveries.filter(({ scrubbed }) => scrubbed?.isChecked === false).length;
  const isEmpty = deliveries.length === 0 && warnings.length === 0;
  const isSound = problems.length === 0 && warnings.length === 0 && !isEmpty;
  const reason = isSound ? null : isEmpty ? 'no_deliveries' : 'altered';
  const hints = isSound
    ? [notFromRevento]
    : [...problems, ...warnings.map((warning) => warning.replace(/; skipped$/, ''))];
  if (isEmpty) hints.push('the file names the key of a scrubbed recording, and has no delivery to verify');
  if (unchecked > 0) hints.push(unchecked === deliveries.length ? uncheckedBefore : someUnchecked(unchecked));
  const counts = { deliveries: deliveries.length, invalid };
  const data = {
    verified: isSound,
    reason,
    secret: isSound ? 'file' : null,
    hints,
    ...counts,
  };
  const asRecorded = invalid === 0 ? '' : `; ${invalid} of them recorded as invalid, and still so`;
  return {
    isSound,
    item: valueItem(data, (style) =>
      [
        isSound
          ? `${style.green('verified')} ${subject(deliveries.length)} file${asRecorded}`
          : `${style.red('not valid:')} ${reason ?? ''}`,
        ...hints.map((hint) => `${style.cyan('hint:')} ${hint}`),
      ].join('\n'),
    ),
  };
}

function subject(count: number): string {
  return count === 1 ? '1 delivery with the key of its' : `${count} deliveries with the key of their`;
}

function someUnchecked(count: number): string {
  const [were, their] = count === 1 ? ['was', 'its signature'] : ['were', 'their signatures'];
  return `${count} of them ${were} scrubbed without checking ${their}`;
}

/** The result for a scrubbed line without its file that does not verify. @param invalid  what it was recorded with */
export function unsoundLine(invalid: string | null): { readonly reason: string; readonly hints: readonly string[] } {
  return invalid === null
    ? { reason: 'altered', hints: ['it says verified, but it is not signed with the key that it names'] }
    : { reason: invalid, hints: [`it was recorded as invalid (${invalid}), and scrubbing kept it so`] };
}

/** A sentence about a delivery that is not what it was when it was scrubbed; null for a sound one. */
function problemOf(delivery: Recorded): string | null {
  const { lineNumber, scrubbed, invalid } = delivery;
  if (scrubbed === null) return `line ${lineNumber} was added: it is not scrubbed`;
  const verdict = verifyAtAnyAge(delivery, [scrubbed.fileKey]);
  if (invalid === null && !verdict.ok) return `line ${lineNumber} says verified, but: ${verdict.reason}`;
  return invalid === 'signature_mismatch' && verdict.ok
    ? `line ${lineNumber} says signature_mismatch, but verifies`
    : null;
}

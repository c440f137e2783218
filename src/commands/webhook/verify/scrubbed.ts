import type { Item } from '../../../output/item.ts';
import { one } from '../../../webhook/head.ts';
import type { Recorded } from '../../../webhook/recorded-line.ts';
import type { Recording } from '../../../webhook/recording.ts';
import { deliveryHeaders, verify } from '../../../webhook/signature.ts';

/** What a valid signature in a scrubbed recording does not say. */
export const notFromRevento =
  'it was scrubbed: a valid signature says that it was not changed since, not that Revento sent it';
/** The same for a delivery whose first signature nobody checked. */
export const uncheckedBefore = 'its signature was not checked when it was scrubbed, so it may have been forged';

/** Whether a file says of itself that it is a scrubbed recording. */
export function isScrubbedFile(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 64))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .startsWith('{"type":"scrubbed",');
}

/** The result for a whole scrubbed recording, and whether it is as it was when it was scrubbed. */
export function judgeScrubbed({ deliveries, warnings }: Recording): { readonly item: Item; readonly isSound: boolean } {
  const problems = deliveries.flatMap((delivery) => problemOf(delivery) ?? []);
  const invalid = deliveries.filter((delivery) => delivery.invalid !== null).length;
  const unchecked = deliveries.filter(({ scrubbed }) => scrubbed?.isChecked === false).length;
  const isSound = problems.length === 0 && warnings.length === 0;
  const hints = isSound
    ? [notFromRevento]
    : [...problems, ...warnings.map((warning) => warning.replace(/; skipped$/, ''))];
  if (unchecked > 0) hints.push(`${unchecked} of them were scrubbed without checking their signatures`);
  const counts = { deliveries: deliveries.length, invalid };
  const data = {
    verified: isSound,
    reason: isSound ? null : 'altered',
    secret: isSound ? 'file' : null,
    hints,
    ...counts,
  };
  const asRecorded = invalid === 0 ? '' : `; ${invalid} of them recorded as invalid, and still so`;
  return {
    isSound,
    item: {
      kind: 'value',
      data,
      text: (style) =>
        [
          isSound
            ? `${style.green('verified')} ${deliveries.length} deliveries with the key of their file${asRecorded}`
            : `${style.red('not valid:')} altered`,
          ...hints.map((hint) => `${style.cyan('hint:')} ${hint}`),
        ].join('\n'),
    },
  };
}

/** A sentence about a delivery that is not what it was when it was scrubbed; null for a sound one. */
function problemOf({ lineNumber, scrubbed, headers, body, invalid }: Recorded): string | null {
  if (scrubbed === null) return `line ${lineNumber} was added: it is not scrubbed`;
  const verdict = verify({
    secrets: [scrubbed.fileKey],
    timestamp: one(headers, deliveryHeaders.timestamp),
    signature: one(headers, deliveryHeaders.signature),
    body,
    nowSeconds: 0,
    toleranceSeconds: Number.POSITIVE_INFINITY,
  });
  if (invalid === null && !verdict.ok) return `line ${lineNumber} says verified, but: ${verdict.reason}`;
  return invalid === 'signature_mismatch' && verdict.ok
    ? `line ${lineNumber} says signature_mismatch, but verifies`
    : null;
}

import { RecordingScrubber } from '../../../src/pseudonyms/recording-scrubber.ts';
import type { Recorded } from '../../../src/webhook/recorded-line.ts';
import { verify } from '../../../src/webhook/signature.ts';
import { envelope, newSecret } from './delivery.ts';
import { recordedLine } from './recorded.ts';

/** Signs the deliveries of `lineOf`. */
export const secret = newSecret();
/** A scrubber where these secrets are configured. */
export const scrubber = (secrets: readonly string[] = [secret]) => new RecordingScrubber({ secrets: () => secrets });

/** A scrubbed recording of these lines. */
export async function scrubbed(lines: readonly string[], by = scrubber()): Promise<string> {
  const made = [by.head];
  for (const [index, line] of lines.entries()) {
    const one = await by.line(line, index + 1);
    if (one !== null) made.push(one);
  }
  return `${made.join('\n')}\n`;
}

/** The line of a genuine delivery with that data. */
export const lineOf = (data: unknown, options = {}) =>
  recordedLine({ secret, body: envelope('application.approved', data), ...options });
/** The data in the body of a delivery. */
export const dataOf = ({ body }: Recorded) =>
  (JSON.parse(Buffer.from(body).toString('utf8')) as { data: unknown }).data;

/** The reason why a delivery fails verification with the key of its file, at any age; null when it is valid. */
export function failureOf({ headers, body, scrubbed: how }: Recorded) {
  const one = (name: string) => headers.find(([other]) => other === name)?.[1] ?? null;
  const verdict = verify({
    secrets: [how?.fileKey ?? ''],
    timestamp: one('x-revento-timestamp'),
    signature: one('x-revento-signature'),
    body,
    nowSeconds: 0,
    toleranceSeconds: Number.POSITIVE_INFINITY,
  });
  return verdict.ok ? null : verdict.reason;
}

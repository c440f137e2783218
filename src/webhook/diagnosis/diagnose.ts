import type { Delivery } from '../delivery.ts';
import { verifyAtAnyAge } from '../head.ts';
import { defaultToleranceSeconds, deliveryHeaders, sign, type VerifyFailure } from '../signature.ts';
import { bodyEnds } from './body-ends.ts';
import { type HypothesisContext, hypotheses } from './hypotheses.ts';

export type DiagnoseContext = HypothesisContext;

type Refused = Pick<Delivery, 'headers' | 'body' | 'receivedAt'>;

/**
 * Why a delivery failed verification and what to try, the most likely first: at least one sentence.
 *
 * Looks for the change that would make the signature match (another profile's secret, another form of the same
 * JSON, another reading of the headers), and names it only when it does. Costs about sixty HMACs over the body.
 */
export function diagnose(delivery: Refused, reason: VerifyFailure, context: DiagnoseContext): readonly string[] {
  switch (reason) {
    case 'missing_header':
      return missing(delivery);
    case 'bad_timestamp':
      return badTimestamp(header(delivery, 'timestamp'));
    case 'bad_signature_format':
      return badFormat(delivery, context);
    case 'stale_timestamp':
    case 'future_timestamp':
      return wrongAge(delivery, reason, context);
    case 'signature_mismatch':
      return mismatch(delivery, context);
  }
}

function missing({ headers }: Refused): readonly string[] {
  const names = ['X-Revento-Event', 'X-Revento-Delivery-Id', 'X-Revento-Timestamp', 'X-Revento-Signature'];
  const valuesOf = (name: string) => headers.filter(([key]) => key.toLowerCase() === name.toLowerCase());
  const absent = names.filter((name) => valuesOf(name).every(([, value]) => value === ''));
  const repeated = names.filter((name) => valuesOf(name).length > 1);
  if (absent.length === names.length) {
    return ['all X-Revento-* headers are missing: this is not a delivery, or a proxy on the way drops them'];
  }
  const hints: string[] = [];
  if (absent.length > 0) hints.push(`${wordsOf(absent)} missing: does a proxy on the way drop it?`);
  if (repeated.length > 0) hints.push(repeatedHint(repeated));
  return hints;
}

/** A header that must be present exactly once. */
function repeatedHint(names: readonly string[]): string {
  return `the header is there more than once (${names.join(', ')}): does a proxy on the way repeat it?`;
}

function wordsOf(names: readonly string[]): string {
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'}`;
}

function badTimestamp(timestamp: string): readonly string[] {
  const wanted = 'X-Revento-Timestamp is whole Unix seconds, digits only';
  if (/^\d{13}$/.test(timestamp)) return [`${wanted}; this one looks like milliseconds`];
  if (/^\d{4}-\d\d-\d\d/.test(timestamp)) return [`${wanted}; this one is a date`];
  if (timestamp.includes(',')) return [`${wanted}; the header is there more than once`];
  return [wanted];
}

function badFormat(delivery: Refused, context: DiagnoseContext): readonly string[] {
  const wanted = 'X-Revento-Signature is "sha256=" and 64 lower-case hex digits';
  const given = header(delivery, 'signature');
  const timestamp = header(delivery, 'timestamp');
  for (const secret of context.secrets) {
    const right = sign(secret, timestamp, delivery.body);
    const hex = right.slice('sha256='.length);
    if (given === hex) return [`${wanted}; the digits are correct, but the "sha256=" in front of them is missing`];
    if (given.toLowerCase() === right) return [`${wanted}; it would match in lower case`];
    if (given.replace(/^sha256=/i, '') === Buffer.from(hex, 'hex').toString('base64')) {
      return [`${wanted}; the value is correct, but in base64`];
    }
  }
  return given.includes(',') ? [`${wanted}; the header is there more than once`] : [wanted];
}

function wrongAge(
  delivery: Refused,
  reason: 'stale_timestamp' | 'future_timestamp',
  { secrets }: DiagnoseContext,
): readonly string[] {
  const nowSeconds = Math.floor(delivery.receivedAt / 1000);
  const timestamp = header(delivery, 'timestamp');
  const seconds = Math.abs(nowSeconds - Number(timestamp));
  const isStale = reason === 'stale_timestamp';
  const distance = `the timestamp is ${spell(seconds)} in the ${isStale ? 'past' : 'future'}; ${defaultToleranceSeconds} s are allowed`;
  if (!verifyAtAnyAge(delivery, secrets).ok) return [distance, 'the signature does not match either'];
  const clock = `this machine's clock is ${isStale ? 'ahead' : 'behind'}: compare \`date -u\` with another machine`;
  return [
    distance,
    `the signature itself is correct, so ${isStale ? `this is an old delivery sent again, or ${clock}` : clock}`,
  ];
}

function mismatch(delivery: Refused, context: DiagnoseContext): readonly string[] {
  const signature = header(delivery, 'signature');
  const timestamp = header(delivery, 'timestamp');
  for (const { meaning, holds } of hypotheses({ signature, timestamp, body: delivery.body }, context)) {
    if (holds()) return [meaning];
  }
  const ends = bodyEnds(delivery.body);
  return [
    'wrong secret? Compare the fingerprint shown at the start with `revento config get webhook_secret`; after a rotation, set webhook_secret_previous as well',
    're-serialized? Something between the sender and this machine may have parsed and rewritten the JSON',
    ends.length === 0
      ? 'trailing newline? An editor or a shell may have removed one from the body, or added one to the secret'
      : `trailing newline? The body ${ends.join(' and ')}: an editor or a shell may have added that`,
  ];
}

function header({ headers }: Refused, name: 'timestamp' | 'signature'): string {
  const lower = deliveryHeaders[name];
  return headers
    .filter(([key]) => key.toLowerCase() === lower)
    .map(([, value]) => value)
    .join(', ');
}

/** Seconds in a unit that is easy to read. */
function spell(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} minutes`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} hours`;
  return `${Math.round(seconds / 86_400)} days`;
}

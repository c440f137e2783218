import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds a timestamp may lie in the past or future. Source: guide, verifying signatures. */
export const defaultToleranceSeconds = 300;

/** The four headers of a delivery, lower-case. Source: guide, webhook headers. */
export const deliveryHeaders = {
  event: 'x-revento-event',
  deliveryId: 'x-revento-delivery-id',
  timestamp: 'x-revento-timestamp',
  signature: 'x-revento-signature',
} as const;

export const verifyFailures = [
  'missing_header',
  'bad_timestamp',
  'bad_signature_format',
  'stale_timestamp',
  'future_timestamp',
  'signature_mismatch',
] as const;

/** Why a delivery fails verification. */
export type VerifyFailure = (typeof verifyFailures)[number];

export type Verdict =
  /** `secretIndex` is the place in `secrets` of the one that signed. */
  { readonly ok: true; readonly secretIndex: number } | { readonly ok: false; readonly reason: VerifyFailure };

/** The data to judge before the body has arrived. `null` is a header that was not sent. */
interface HeadToVerify {
  readonly timestamp: string | null;
  readonly signature: string | null;
  readonly nowSeconds: number;
  /** Default 300; `Infinity` ignores the age. */
  readonly toleranceSeconds?: number | undefined;
}

export interface DeliveryToVerify extends HeadToVerify {
  /** Every secret that may sign: two during a rotation. */
  readonly secrets: readonly string[];
  /** The raw bytes; never a re-serialized object. */
  readonly body: Uint8Array;
}

/**
 * Only plain decimal seconds, because a laxer parser accepts too much: `Number` takes `17e8`, `0x6553f100` and the
 * empty string, and NaN is never "too old".
 */
const timestampForm = /^(?:0|[1-9][0-9]{0,11})$/;

/** Whether a text can be the timestamp of a delivery that verifies, whatever its age. */
export function isTimestamp(text: string): boolean {
  return timestampForm.test(text);
}

export const signatureForm = /^sha256=[0-9a-f]{64}$/;

/**
 * The signature Revento puts on a delivery.
 *
 * @param secret     signing secret as text; its UTF-8 bytes are the key (not base64-decoded)
 * @param timestamp  header text exactly as received, Unix seconds; not re-formatted
 * @param body       raw request body; never a re-serialized object
 * @returns `sha256=` and 64 lower-case hex digits
 *
 * Source: guide, verifying signatures.
 */
export function sign(secret: string, timestamp: string, body: Uint8Array): string {
  return `sha256=${digest(secret, timestamp, body).toString('hex')}`;
}

/**
 * Judges the timestamp and signature headers without the body: presence, form and age.
 *
 * @returns the first thing wrong, or null when only the body can decide
 */
export function judgeHead(head: HeadToVerify): VerifyFailure | null {
  if (head.timestamp === null || head.signature === null) return 'missing_header';
  if (!isTimestamp(head.timestamp)) return 'bad_timestamp';
  if (!signatureForm.test(head.signature)) return 'bad_signature_format';
  return judgeAge(Number(head.timestamp), head.nowSeconds, head.toleranceSeconds ?? defaultToleranceSeconds);
}

/**
 * Whether a delivery was signed with one of the secrets, within the tolerance.
 *
 * Every secret is computed and compared in constant time, whichever matches, so timing reveals nothing about them.
 * An empty secret never matches, although `createHmac` would accept it.
 *
 * Source: guide, verifying signatures.
 */
export function verify(delivery: DeliveryToVerify): Verdict {
  const reason = judgeHead(delivery);
  if (reason !== null) return { ok: false, reason };
  const { timestamp, signature } = delivery as { timestamp: string; signature: string };
  const claimed = Buffer.from(signature.slice('sha256='.length), 'hex');
  let secretIndex = -1;
  for (const [index, secret] of delivery.secrets.entries()) {
    const isMatch = timingSafeEqual(digest(secret, timestamp, delivery.body), claimed);
    if (isMatch && secret !== '' && secretIndex === -1) secretIndex = index;
  }
  return secretIndex === -1 ? { ok: false, reason: 'signature_mismatch' } : { ok: true, secretIndex };
}

/** Both limits are inclusive: exactly 300 s away is still valid. */
function judgeAge(timestampSeconds: number, nowSeconds: number, toleranceSeconds: number): VerifyFailure | null {
  if (nowSeconds - timestampSeconds > toleranceSeconds) return 'stale_timestamp';
  if (timestampSeconds - nowSeconds > toleranceSeconds) return 'future_timestamp';
  return null;
}

function digest(secret: string, timestamp: string, body: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
}

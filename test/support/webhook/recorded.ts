import { deliveryLine } from '../../../src/webhook/listener/delivery-line.ts';
import { sign, type VerifyFailure } from '../../../src/webhook/signature.ts';
import { deliveryOf } from './listened-delivery.ts';

/** What a test wants of a recorded delivery. */
interface RecordedOptions {
  readonly secret: string;
  readonly body: string | Uint8Array;
  readonly deliveryId?: string;
  readonly timestamp?: string;
  readonly signature?: string;
  readonly reason?: VerifyFailure | null;
  readonly headers?: readonly (readonly [string, string])[];
  readonly type?: string;
}

/** The line of a recording, as a listener writes it. */
export function recordedLine(options: RecordedOptions): string {
  const { secret, timestamp = '1767225600', reason = null, headers = [], type = 'application.approved' } = options;
  const { deliveryId = '6f9619ff-8b86-4011-b42d-00cf4fc964ff' } = options;
  const body = Buffer.from(options.body);
  const text = body.toString('utf8');
  const isText = Buffer.from(text).equals(body);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return deliveryLine(
    deliveryOf(json ?? null, {
      receivedAt: Number.parseInt(timestamp, 10) * 1000 || 0,
      deliveryId,
      claimedEvent: type,
      headers: [
        ['Content-Type', 'application/json'],
        ['X-Revento-Event', type],
        ['X-Revento-Delivery-Id', deliveryId],
        ['X-Revento-Timestamp', timestamp],
        ['X-Revento-Signature', options.signature ?? sign(secret, timestamp, body)],
        ['Content-Length', String(body.length)],
        ...headers,
      ],
      body,
      bodyBytes: body.length,
      text: isText ? text : null,
      reason,
      json: reason === null ? json : undefined,
      isJson: reason === null && json !== undefined,
    }),
    [],
    reason === null ? 200 : 401,
  );
}

import { sign } from '../../../src/webhook/signature.ts';

interface LineOptions {
  readonly secret: string;
  readonly body?: string | Uint8Array;
  /** Why it failed verification; then it is signed with nothing. */
  readonly reason?: string;
  /** Statuses of the handlers that it was forwarded to. */
  readonly answers?: readonly (number | null)[];
}

/** A line of a recording, long ago. */
export function recordedLine(id: string, { secret, body = '{"a":1}', reason, answers = [] }: LineOptions): string {
  const bytes = Buffer.from(body);
  const signature = reason === undefined ? sign(secret, '1600000000', bytes) : `sha256=${'a'.repeat(64)}`;
  return JSON.stringify({
    type: 'delivery',
    delivery_id: id,
    event: 'activity.updated',
    received_at: '2026-01-01T00:00:00Z',
    verified: reason === undefined,
    reason: reason ?? null,
    duplicate: false,
    headers: {
      host: 'public.example',
      'content-type': 'application/json',
      'x-revento-delivery-id': id,
      'x-revento-event': 'activity.updated',
      'x-revento-timestamp': '1600000000',
      'x-revento-signature': signature,
    },
    body_base64: bytes.toString('base64'),
    forward: answers.map((status) => ({ url: 'http://localhost:3000/', status, latency_ms: 1, error: null })),
    reply_status: 200,
  });
}

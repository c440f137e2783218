import type { Delivery } from '../../../src/webhook/delivery.ts';

export const deliveryId = '1f0c8a2e-5b7d-4c11-9a3e-0d2f6b8c4e57';

/** A verified delivery as a listener reports it. */
export function deliveryOf(json: unknown, changes: Partial<Delivery> = {}): Delivery {
  const text = JSON.stringify(json);
  return {
    receivedAt: 0,
    deliveryId,
    claimedEvent: 'application.approved',
    headers: [],
    body: Buffer.from(text),
    bodyBytes: text.length,
    text,
    reason: null,
    isPreviousSecret: false,
    standing: 'first',
    json,
    isJson: true,
    ...changes,
  };
}

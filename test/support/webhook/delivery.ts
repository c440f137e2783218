import { randomBytes, randomUUID } from 'node:crypto';
import { sign } from '../../../src/webhook/signature.ts';

/** A secret nobody has seen before. */
export const newSecret = (): string => `whsec_${randomBytes(24).toString('hex')}`;

/** What a test wants of a delivery; everything left out is as it should be. */
export interface DeliveryOptions {
  readonly secret: string;
  readonly body?: string | Uint8Array;
  readonly type?: string;
  readonly deliveryId?: string;
  /** Unix seconds or any other text; default now. */
  readonly timestamp?: string | number;
  /** Default: the right one. */
  readonly signature?: string;
  /** Signed instead of the body that is sent. */
  readonly signedBody?: string;
  readonly path?: string;
  /** Replaces headers by name (any case); null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

interface TestDelivery {
  readonly deliveryId: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
  /** The whole request as bytes, for a raw socket. */
  readonly wire: Buffer;
}

/** The body of a valid envelope. */
export function envelope(type = 'application.approved', data: unknown = { id: 'app_1', status: 'approved' }): string {
  return JSON.stringify({
    id: `evt_delivery_${randomUUID().slice(0, 8)}`,
    type,
    occurred_at: '2026-01-01T00:00:00.000Z',
    event_id: 'evt_test_published',
    organization_id: 'org_test',
    data,
  });
}

/** A delivery as Revento would send it, with the changes a test wants. */
export function aDelivery(options: DeliveryOptions): TestDelivery {
  const type = options.type ?? 'application.approved';
  const body = Buffer.from(options.body ?? envelope(type));
  const timestamp = String(options.timestamp ?? Math.floor(Date.now() / 1000));
  const deliveryId = options.deliveryId ?? randomUUID();
  const signedBody = options.signedBody === undefined ? body : Buffer.from(options.signedBody);
  const headers: Record<string, string> = {
    Host: 'localhost',
    'Content-Type': 'application/json',
    'User-Agent': 'Revento-Webhooks/1.0',
    'X-Revento-Event': type,
    'X-Revento-Delivery-Id': deliveryId,
    'X-Revento-Timestamp': timestamp,
    'X-Revento-Signature': options.signature ?? sign(options.secret, timestamp, signedBody),
    'Content-Length': String(body.length),
    Connection: 'close',
  };
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    const known = Object.keys(headers).find((key) => key.toLowerCase() === name.toLowerCase());
    if (known !== undefined) delete headers[known];
    if (value !== null) headers[name] = value;
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${options.path ?? '/webhooks/revento'} HTTP/1.1\r\n${lines.join('')}\r\n`;
  return { deliveryId, headers, body, wire: Buffer.concat([Buffer.from(head, 'latin1'), body]) };
}

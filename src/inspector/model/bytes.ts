import { toBase64 } from '../../text/base64.ts';
import type { DeliveryLine } from './wire.ts';

/** The bytes of a body exactly as received. */
export function bytesOf({ body, body_base64: base64 }: Pick<DeliveryLine, 'body' | 'body_base64'>): Uint8Array {
  if (body !== null) return new TextEncoder().encode(body);
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

/** The line without fields that follow from its text, to save memory: thousands are held. */
export function slim(line: DeliveryLine): DeliveryLine {
  return line.body === null ? line : { ...line, body_base64: '' };
}

/** The line as received. */
export function whole(line: DeliveryLine): DeliveryLine {
  return line.body === null ? line : { ...line, body_base64: toBase64(bytesOf(line)) };
}

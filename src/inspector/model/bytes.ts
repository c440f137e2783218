import type { DeliveryLine } from './wire.ts';

/** The bytes of a body exactly as received. */
export function bytesOf({ body, body_base64: base64 }: Pick<DeliveryLine, 'body' | 'body_base64'>): Uint8Array {
  if (body !== null) return new TextEncoder().encode(body);
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  // In chunks: a call takes a limited number of arguments.
  for (let at = 0; at < bytes.length; at += 8_192) binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(binary);
}

/** The line without fields that follow from its text, to save memory: thousands are held. */
export function slim(line: DeliveryLine): DeliveryLine {
  return line.body === null ? line : { ...line, body_base64: '' };
}

/** The line as received. */
export function whole(line: DeliveryLine): DeliveryLine {
  return line.body === null ? line : { ...line, body_base64: toBase64(bytesOf(line)) };
}

import type { WrongProtocol } from '../../http/failure.ts';

/** How answers of other protocols begin. The first matching row counts. */
const beginnings: readonly (readonly [RegExp, WrongProtocol])[] = [
  // A record of type alert or handshake. Source: RFC 8446 section 5.1.
  [/^[\x15\x16]\x03/, 'TLS'],
  // A SETTINGS or GOAWAY frame of stream 0; the length may have bytes that are not text. Source: RFC 9113 section 4.1.
  [/^[\s\S]{3}[\x04\x07][\s\S]\0\0\0\0/, 'HTTP/2'],
  [/^SSH-/, 'SSH'],
  [/^220[ -]/, 'SMTP or FTP'],
  [/^\* (?:OK|PREAUTH|BYE)\b/, 'IMAP'],
  [/^\+OK\b/, 'POP3'],
  [/^-(?:ERR|NOAUTH|DENIED)\b/, 'Redis'],
  // A handshake packet, version 10. Source: MySQL, protocol HandshakeV10.
  [/^[\s\S]{3}\0\n[\d.]+/, 'MySQL'],
];

/** The protocol whose answers begin like this; null when it is not known. */
export function protocolOf(text: string): WrongProtocol | null {
  return beginnings.find(([form]) => form.test(text))?.[1] ?? null;
}

/** What came instead of a status line. It is named, never quoted: it may be anything. */
export function beginning(text: string): string {
  const start = text.trimStart();
  if (start.startsWith('<')) return 'it begins with a page, without a status line';
  if (/^[[{"]/.test(start)) return 'it begins with JSON, without a status line';
  return 'it does not begin with a status line';
}

import type { HeaderList, HttpResponse } from '../../ports/exchange.ts';

/** Nothing but this server's own files, no frames, no forms, no text made into markup. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** On every response, refusals included. No CORS header: no other origin may read anything. */
const common: HeaderList = [
  ['Content-Security-Policy', policy],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cache-Control', 'no-store'],
];

export function respond(status: number, type: string, text: string, more: HeaderList = []): HttpResponse {
  return { status, headers: [['Content-Type', type], ...common, ...more], body: new TextEncoder().encode(text) };
}

export function respondJson(status: number, value: unknown): HttpResponse {
  return respond(status, 'application/json', JSON.stringify(value));
}

/** @param code  for scripts @param message  for readers: one sentence */
export function refuse(status: number, code: string, message: string, more: HeaderList = []): HttpResponse {
  return respond(status, 'application/json', JSON.stringify({ error: { code, message } }), more);
}

export function respondStream(stream: AsyncIterable<Uint8Array>): HttpResponse {
  return { status: 200, headers: [['Content-Type', 'text/event-stream'], ...common], body: new Uint8Array(), stream };
}

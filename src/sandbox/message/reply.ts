import type { Json } from '../../json/value.ts';
import type { HeaderList, HttpResponse } from '../../ports/exchange.ts';

/** A JSON answer. */
export function json(status: number, value: Json, headers: HeaderList = []): HttpResponse {
  return {
    status,
    headers: [['Content-Type', 'application/json; charset=utf-8'], ...headers],
    body: Buffer.from(`${JSON.stringify(value)}\n`, 'utf8'),
  };
}

/**
 * An answer of the read API that says no. Source: guide, errors.
 *
 * @param more  fields beyond `error`, `message` and `request_id`
 */
export function apiError(
  status: number,
  code: string,
  message: string,
  requestId: string,
  headers: HeaderList = [],
  more: { readonly [field: string]: Json } = {},
): HttpResponse {
  return json(status, { error: code, message, request_id: requestId, ...more }, headers);
}

/** A redirect that nothing may cache, because its URL carries a code. */
export function redirect(status: 302 | 303, location: string): HttpResponse {
  return {
    status,
    headers: [
      ['Location', location],
      ['Cache-Control', 'no-store'],
      ['Referrer-Policy', 'no-referrer'],
    ],
    body: new Uint8Array(),
  };
}

import { stringify } from '../../json/stringify.ts';
import type { Json } from '../../json/value.ts';
import type { HeaderList, HttpResponse } from '../../ports/exchange.ts';

/** A JSON answer. */
export function json(status: number, value: Json, headers: HeaderList = []): HttpResponse {
  return {
    status,
    headers: [['Content-Type', 'application/json; charset=utf-8'], ...headers],
    body: Buffer.from(`${stringify(value)}\n`, 'utf8'),
  };
}

/**
 * An error of the read API. Source: guide, errors.
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
  const value = { error: code, message, request_id: requestId, ...more };
  return json(status, value, status === 401 ? [...headers, bearerChallenge('invalid_token')] : headers);
}

/**
 * What every 401 has to carry; some HTTP clients throw without it.
 *
 * Source: RFC 9110 section 15.5.2, RFC 6750 section 3.
 */
export function bearerChallenge(error: string): readonly [name: string, value: string] {
  return ['WWW-Authenticate', `Bearer realm="revento", error="${error}"`];
}

/** A redirect that must not be cached, because its URL contains a code. */
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

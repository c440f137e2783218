import { headerOf } from '../../http/headers.ts';
import { parseUrl } from '../../http/web-address.ts';
import type { HttpResponse, ServerRefusal } from '../../ports/exchange.ts';
import type { Incoming } from '../message/request.ts';

/** One answered request, as `revento sandbox start -o ndjson` prints it. */
export interface RequestEntry {
  readonly type: 'request';
  /** Null where not even a request line could be read. */
  readonly method: string | null;
  /** Without the query, which may hold a code. Null as the method. */
  readonly path: string | null;
  /** Null when a fault closed the connection without an answer. */
  readonly status: number | null;
  readonly ms: number;
  /** Null when the server refused the request before it was read. */
  readonly request_id: string | null;
  /** The error code in the answer or the redirect. */
  readonly error: string | null;
  readonly message: string | null;
}

/** The entry for an answered request. */
export function entryOf(method: string, incoming: Incoming, response: HttpResponse, ms: number): RequestEntry {
  return {
    type: 'request',
    method,
    path: incoming.path,
    status: response.cut === 'drop' ? null : response.status,
    ms: Math.round(ms),
    request_id: incoming.requestId,
    ...problemOf(response),
  };
}

/** The entry for a request that the server refused before it was read. */
export function refusedEntry({ status, request, reason }: ServerRefusal): RequestEntry {
  return {
    type: 'request',
    method: request?.method ?? null,
    path: request?.url.split('?')[0] ?? null,
    status,
    ms: 0,
    request_id: null,
    error: 'refused',
    message: reason,
  };
}

function problemOf(response: HttpResponse): { error: string | null; message: string | null } {
  const location = parseUrl(headerOf(response, 'location') ?? '');
  if (location !== null) {
    const { searchParams } = location;
    return { error: searchParams.get('error'), message: searchParams.get('error_description') };
  }
  if (response.status >= 400 && headerOf(response, 'content-type')?.startsWith('application/json')) {
    // Our own answers only: this cannot fail to parse.
    const { error, message } = JSON.parse(Buffer.from(response.body).toString('utf8'));
    return { error, message };
  }
  return { error: null, message: null };
}

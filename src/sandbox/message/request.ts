import { randomUUID } from 'node:crypto';
import { headerOf } from '../../http/headers.ts';
import { parseUrl } from '../../http/web-address.ts';
import type { HttpRequest } from '../../ports/exchange.ts';

/** Query or form parameters that show repetition: OAuth refuses a parameter that is sent twice. */
export interface Params {
  /** The first value, or null. */
  get(name: string): string | null;
  all(name: string): readonly string[];
  names(): readonly string[];
  /** Names that occur more than once, but for those of `except`. */
  repeated(except?: readonly string[]): readonly string[];
}

/** A parsed request, as every part of the sandbox reads it. */
export interface Incoming {
  /** `GET` for HEAD as well: over a socket the server leaves the body out. */
  readonly method: string;
  /** Path as sent, still percent-encoded; never empty. */
  readonly path: string;
  readonly query: Params;
  readonly body: Uint8Array;
  /** Echoed in `X-Revento-Request-Id`: the caller's own, or a new UUID. */
  readonly requestId: string;
  readonly signal: AbortSignal | undefined;
  /** The only value of a header, null when it is missing. Names are compared without case. */
  header(name: string): string | null;
}

/** Any visible ASCII of reasonable length: clients send UUIDs, 32 hex digits, or their own trace id. */
const requestIdForm = /^[\x21-\x7e]{1,128}$/;

/**
 * Parses a request. The target may be origin-form, as sockets give it, or an absolute URL, as a client in the same
 * process sends it.
 *
 * @returns null when the target is neither
 */
export function readRequest(request: HttpRequest): Incoming | null {
  const target = splitTarget(request.url);
  if (target === null) return null;
  const header = (name: string) => headerOf(request, name);
  const sentId = header('x-revento-request-id');
  return {
    method: request.method === 'HEAD' ? 'GET' : request.method,
    path: target.path,
    query: readParams(target.query),
    body: request.body,
    requestId: sentId !== null && requestIdForm.test(sentId) ? sentId : randomUUID(),
    signal: request.signal,
    header,
  };
}

function splitTarget(url: string): { path: string; query: string } | null {
  let target = url;
  if (/^https?:\/\//i.test(url)) {
    const parsed = parseUrl(url);
    if (parsed === null) return null;
    target = parsed.pathname + parsed.search;
  }
  if (!target.startsWith('/') || target.startsWith('//') || target.includes('#')) return null;
  const cut = target.indexOf('?');
  return cut === -1 ? { path: target, query: '' } : { path: target.slice(0, cut), query: target.slice(cut + 1) };
}

/**
 * The same without parameters that have an empty value: OAuth treats those as omitted.
 *
 * Source: RFC 6749 sections 3.1 and 3.2.
 */
export function withoutEmpty(params: Params): Params {
  const all = (name: string) => params.all(name).filter((value) => value !== '');
  return {
    get: (name) => all(name)[0] ?? null,
    all,
    names: () => params.names().filter((name) => all(name).length > 0),
    repeated: (except) => params.repeated(except).filter((name) => all(name).length > 1),
  };
}

/** Parameters in `application/x-www-form-urlencoded`. */
export function readParams(encoded: string): Params {
  // One pass: asking URLSearchParams again for each name takes minutes for the names of a 1 MiB body.
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(encoded)) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return {
    get: (name) => values.get(name)?.[0] ?? null,
    all: (name) => values.get(name) ?? [],
    names: () => [...values.keys()],
    repeated: (except = []) =>
      [...values].filter(([name, all]) => all.length > 1 && !except.includes(name)).map(([name]) => name),
  };
}

import type { HeaderList, HttpResponse } from '../../ports/exchange.ts';

/** Limits of an exchange that names none. */
export const defaultTimeoutMs = 30_000;
export const defaultMaxResponseBytes = 64 * 1024 * 1024;

/** A head may be as long as browsers take it. */
export const maxHeadBytes = 64 * 1024;

/** Statuses whose responses have no body. Source: RFC 9112 section 6.3. */
export const bodiless: ReadonlySet<number> = new Set([204, 304]);

/** Where a URL's connection goes: `host:port`, for failures. */
export function peerOf(url: URL): string {
  return url.port ? url.host : `${url.host}:${url.protocol === 'https:' ? 443 : 80}`;
}

/**
 * Calls back when an exchange has taken too long. After the machine has slept every timer is overdue, while the answer
 * waits in the socket: that is read first.
 */
export function limit(timeoutMs: number, onExpired: () => void): NodeJS.Timeout {
  return setTimeout(() => setImmediate(() => setImmediate(onExpired)), timeoutMs);
}

/** Names and values in turn. */
export type RawHeaders = readonly (Buffer | string)[];

/** A response whose headers are decoded when they are read: a forwarder never asks. */
export class ReceivedResponse implements HttpResponse {
  readonly status: number;
  readonly body: Uint8Array;
  readonly #rawHeaders: RawHeaders;

  constructor(status: number, chunks: readonly Buffer[], rawHeaders: RawHeaders) {
    this.status = status;
    this.body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    this.#rawHeaders = rawHeaders;
  }

  get headers(): HeaderList {
    const list: [string, string][] = [];
    const raw = this.#rawHeaders;
    for (let i = 0; i + 1 < raw.length; i += 2) list.push([latin1(raw[i]), latin1(raw[i + 1])]);
    return list;
  }
}

/** Header bytes as Node's own server shows them: one character a byte, nothing lost. */
function latin1(value: Buffer | string | undefined): string {
  return typeof value === 'string' ? value : (value?.toString('latin1') ?? '');
}

/** Names and values in turn. By hand, because `Array.prototype.flat` takes longer than the rest of the preparation. */
export function flat(headers: HeaderList): string[] {
  const list: string[] = [];
  for (const [name, value] of headers) list.push(name, value);
  return list;
}

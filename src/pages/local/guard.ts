import type { HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { refuse } from './response.ts';

type RequestHead = Omit<HttpRequest, 'body'>;

/** The names under which a browser on this machine reaches a loopback port. */
const hostNames = ['127.0.0.1', 'localhost', '[::1]'] as const;

/**
 * What is wrong with where a request comes from, or null. It needs nothing but the head, and comes before routing.
 *
 * A web page can point its own name at 127.0.0.1 (DNS rebinding), so the name must be one of three literals with our
 * port. It can also send requests here from its own origin; a browser says so in `Origin` and `Sec-Fetch-Site`. Only the
 * first page may be opened from elsewhere, by a link or a bookmark; it holds no data.
 *
 * @param firstPage  path of the page that others may link to
 */
export function foreignRefusal(
  { method, url, headers }: RequestHead,
  port: number,
  firstPage: string,
): HttpResponse | null {
  const [host, ...moreHosts] = valuesOf('host', headers);
  if (host === undefined || moreHosts.length > 0 || !hostNames.some((name) => host === `${name}:${port}`)) {
    return refuse(421, 'wrong_host', `This page is http://localhost:${port}${firstPage} only.`);
  }
  const foreign = refuse(403, 'wrong_origin', 'Only the page of this server may send requests here.');
  const origins = valuesOf('origin', headers);
  if (origins.some((origin) => origin !== `http://${host}`)) return foreign;
  const sites = valuesOf('sec-fetch-site', headers);
  const isFirstPage =
    method === 'GET' && url === firstPage && valuesOf('sec-fetch-mode', headers).every((mode) => mode === 'navigate');
  if (isFirstPage || sites.every((site) => site === 'same-origin' || site === 'none')) return null;
  return foreign;
}

/** The key that a request shows: the value of its one `Authorization: Bearer` header, or null. */
export function bearerOf({ headers }: Pick<HttpRequest, 'headers'>): string | null {
  return /^Bearer ([\w-]+)$/.exec(onlyValueOf('authorization', headers))?.[1] ?? null;
}

/** Whether a body is JSON by its own declaration: a type that no form of another page can send. */
export function isJsonRequest({ headers }: Pick<HttpRequest, 'headers'>): boolean {
  return /^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(onlyValueOf('content-type', headers));
}

/** The password that a request shows: that of its one `Authorization: Basic` header, whatever its user name; or null. */
export function passwordOf({ headers }: Pick<HttpRequest, 'headers'>): string | null {
  const [, text] = /^Basic ([\w+/]+={0,2})$/i.exec(onlyValueOf('authorization', headers)) ?? [];
  if (text === undefined) return null;
  const pair = Buffer.from(text, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon === -1 ? null : pair.slice(colon + 1);
}

function valuesOf(name: string, headers: HttpRequest['headers']): readonly string[] {
  return headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

/** Empty when it is missing, or there are several. */
function onlyValueOf(name: string, headers: HttpRequest['headers']): string {
  const [value = '', ...more] = valuesOf(name, headers);
  return more.length === 0 ? value : '';
}

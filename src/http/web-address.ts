import { isLoopback } from './this-machine.ts';

/**
 * The parsed URL when secrets may travel to it and a browser may be sent to it: `https:`, or `http:` on a loopback
 * host, and no user name or password in it. Null for everything else, including `file:` and `javascript:`.
 *
 * Source: RFC 9700 section 2.6.
 */
export function secureUrl(text: string): URL | null {
  const url = parseUrl(text);
  if (url === null || url.username !== '' || url.password !== '') return null;
  return isSafeTransport(url) ? url : null;
}

/** Whether secrets may be sent this way: over TLS, or without leaving this machine. */
export function isSafeTransport({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/**
 * Whether a host name is one that never resolves; the guide uses such names where the real hosts are handed out.
 *
 * Source: RFC 2606 section 2.
 */
export function isPlaceholderHost(hostname: string): boolean {
  return /(^|\.)example\.?$/i.test(hostname);
}

/** The parsed URL, or null when the text is not a URL. `URL.parse` of newer Node versions; 20.18 lacks it. */
export function parseUrl(text: string, base?: string): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}

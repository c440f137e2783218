import { isLoopback } from './settings.ts';

/**
 * The parsed URL when secrets may travel to it and a browser may be sent to it: `https:`, or `http:` on a loopback
 * host, and no user name or password in it. Null for everything else, `file:` and `javascript:` among it.
 *
 * Never throws. Source: RFC 9700 section 2.6.
 */
export function secureUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return null;
  if (url.protocol === 'https:') return url;
  return url.protocol === 'http:' && isLoopback(url.hostname) ? url : null;
}

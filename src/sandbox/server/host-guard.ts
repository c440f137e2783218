import { isIPv4 } from 'node:net';
import type { HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { errorPage } from '../message/page.ts';

type Head = Pick<HttpRequest, 'headers'> & Partial<Pick<HttpRequest, 'url'>>;

/** Top-level names that the public DNS never holds. Source: RFC 2606, RFC 6761, RFC 6762, RFC 8375; ICANN for `internal`. */
const privateNames = /\.(?:localhost|internal|local|test|example|home\.arpa)$/;

/**
 * The answer to a request that reached a loopback socket under another server's name, or null.
 *
 * A web page can point its own name at 127.0.0.1 and then read the sandbox as if it were its own site (DNS
 * rebinding). So a name that anyone could register is refused; addresses, `localhost`, and names that only a
 * container network or a hosts file defines are not.
 */
export function strangerRefusal({ headers, url = '' }: Head): HttpResponse | null {
  const hosts = headers.filter(([name]) => name.toLowerCase() === 'host').map(([, value]) => value);
  // A target in absolute form names a host as well, and routing reads that one. Source: RFC 9112 section 3.2.2.
  const inTarget = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1];
  // Every browser sends a Host. HTTP/1.0 may leave it out, and a later version without it is refused before this.
  const named = inTarget === undefined ? hosts : [...hosts, inTarget];
  if (hosts.length <= 1 && named.every((host) => isPrivate(nameOf(host)))) return null;
  return errorPage(
    421,
    'Not this server’s name',
    'The Host header contains a name that anyone could have pointed at this machine.',
    'Use `http://127.0.0.1` or `http://localhost`. Behind a tunnel, have it rewrite the Host header, or start the sandbox with `--host 0.0.0.0`.',
    null,
  );
}

/** Lower-case host name without its port; null when it is not a host name. */
function nameOf(host: string): string | null {
  const [, name] = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]{1,253})(?::\d{1,5})?$/.exec(host.toLowerCase()) ?? [];
  return name?.replace(/\.$/, '') ?? null;
}

function isPrivate(name: string | null): boolean {
  if (name === null) return false;
  return name.startsWith('[') || isIPv4(name) || !name.includes('.') || privateNames.test(name);
}

import { isIPv4, isIPv6 } from 'node:net';
import { ReventoError } from '../errors/revento-error.ts';
import { isLoopbackAddress } from '../http/loopback-address.ts';
import { parseUrl } from '../http/web-address.ts';

/** Where the guide's example handlers listen; what a bare `--forward` or a bare port stands for. */
export const defaultHandlerPath = '/webhooks/revento';
const defaultHandlerPort = 3000;

/** One `--forward`. */
export interface Route {
  /** Absolute, without user name, password or fragment. */
  readonly url: string;
  /** Types it takes, `application.*` among the possibilities; null takes what no other route names. */
  readonly type: string | null;
  /** Something to tell the user about it, or null. */
  readonly warning: string | null;
}

/**
 * Reads one `--forward` value: nothing, a port, a URL, or `TYPE=` before either of them.
 *
 * @param value  as typed; `true` for a bare `--forward`
 * @throws ReventoError `usage`
 */
export function parseRoute(value: string | true, { isRemoteAllowed }: { isRemoteAllowed: boolean }): Route {
  if (value === true || value === '') return handlerOn(defaultHandlerPort, null);
  const [, type = null, rest = ''] = /^(?:([a-z0-9_*.-]*[a-z*][a-z0-9_*.-]*)=)?(.*)$/is.exec(value) ?? [];
  if (/^\d+$/.test(rest)) {
    const port = Number(rest);
    if (port < 1 || port > 65_535) throw new ReventoError('usage', `--forward ${value}: a port is 1 to 65535.`);
    return handlerOn(port, type);
  }
  const url = parseUrl(/^[a-z0-9.-]+:\d+(?:[/?]|$)/i.test(rest) ? `http://${rest}` : rest);
  if (url === null || !/^https?:$/.test(url.protocol) || url.host === '') {
    throw new ReventoError('usage', `--forward ${printable(value)} is no http or https URL and no port.`, {
      hint: 'write it like --forward 3000, --forward http://localhost:3000/hook or --forward application.approved=3001',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new ReventoError('usage', '--forward takes no user name or password in the URL.', {
      hint: 'send credentials as a header: -H "Authorization: …"',
    });
  }
  if (!isRemoteAllowed && !mayBeLoopback(url.hostname)) {
    throw new ReventoError('usage', `--forward ${url.host} is not on this machine.`, {
      hint: 'deliveries carry personal data; add --allow-remote to send them there all the same',
    });
  }
  url.hash = '';
  return { url: url.href, type, warning: cutWarning(url) };
}

function handlerOn(port: number, type: string | null): Route {
  return { url: `http://localhost:${port}${defaultHandlerPath}`, type, warning: null };
}

/** In a shell, an unquoted `&` ends the command: what arrives here is a URL whose query has one parameter left. */
function cutWarning(url: URL): string | null {
  if (url.search === '' || url.search.includes('&')) return null;
  return `the query of ${url.href} has one parameter; if you typed more, quote the URL: the shell cuts it at &`;
}

/**
 * The routes a type goes to: those that name it, else those that name none.
 *
 * Never throws.
 */
export function routesFor(routes: readonly Route[], type: string | null): readonly Route[] {
  const named = routes.filter((route) => route.type !== null && type !== null && isTypeMatch(route.type, type));
  return named.length > 0 ? named : routes.filter((route) => route.type === null);
}

/** Whether a type fits a pattern: equal to it, or beginning with what stands before a final `*`. */
export function isTypeMatch(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

/**
 * Whether a URL names the listener itself: a request forwarded there would come back here for ever.
 *
 * @param hostname  of the listener as it was asked to bind, `localhost` by default
 */
export function isSelf(url: string, listener: { readonly host: string; readonly port: number }): boolean {
  const target = new URL(url);
  const port = target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : Number(target.port);
  if (port !== listener.port) return false;
  const host = bare(target.hostname);
  return isLoopbackAddress(host) || host === 'localhost' || host.endsWith('.localhost') || host === listener.host;
}

/** False only for an address that certainly is another machine's; names are judged when they are resolved. */
function mayBeLoopback(hostname: string): boolean {
  const host = bare(hostname);
  return isIPv4(host) || isIPv6(host) ? isLoopbackAddress(host) : true;
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function printable(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}

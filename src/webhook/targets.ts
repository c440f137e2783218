import { isThisMachine } from '../http/this-machine.ts';
import { maskedUrl } from './masked-url.ts';
import { targetUrl } from './sending/target-url.ts';

const defaultHandlerPort = '3000';

/** One `--forward`. */
export interface Route {
  /** Absolute, without user name, password or fragment. */
  readonly url: string;
  /** Types it takes, such as `application.*`; null takes types that no other route names. */
  readonly type: string | null;
  /** A warning about it, or null. */
  readonly warning: string | null;
}

/**
 * Reads one `--forward` value: nothing, a port, a URL, or `TYPE=` before either of them.
 *
 * @param value  as typed; `true` for a bare `--forward`
 * @throws ReventoError `usage`
 */
export function parseRoute(value: string | true, { isRemoteAllowed }: { isRemoteAllowed: boolean }): Route {
  const text = value === true ? '' : value;
  const [, type = null, rest = ''] = /^(?:([a-z0-9_*.-]*[a-z*][a-z0-9_*.-]*)=)?(.*)$/is.exec(text) ?? [];
  const url = targetUrl(text === '' ? defaultHandlerPort : rest, { source: '--forward', isRemoteAllowed });
  return { url: url.href, type, warning: cutWarning(url) };
}

/** In a shell, an unquoted `&` ends the command: what arrives here is a URL whose query has one parameter left. */
function cutWarning(url: URL): string | null {
  if (url.search === '' || url.search.includes('&')) return null;
  return `the query of ${maskedUrl(url.href)} has one parameter; if you typed more, quote the URL: the shell cuts it at &`;
}

/** The routes a type goes to: those that name it, else those that name none. */
export function routesFor(routes: readonly Route[], type: string | null): readonly Route[] {
  const named = routes.filter((route) => route.type !== null && type !== null && isTypeMatch(route.type, type));
  return named.length > 0 ? named : routes.filter((route) => route.type === null);
}

/** Whether a type fits a pattern: equal to it, or beginning with what stands before a final `*`. */
export function isTypeMatch(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

/**
 * Whether a URL names the listener itself: a request forwarded there would come back here forever.
 *
 * @param hostname  of the listener as it was asked to bind, `localhost` by default
 */
export function isSelf(url: string, listener: { readonly host: string; readonly port: number }): boolean {
  const target = new URL(url);
  const port = target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : Number(target.port);
  if (port !== listener.port) return false;
  return isThisMachine(target.hostname) || target.hostname.replace(/^\[|\]$|\.$/g, '') === listener.host;
}

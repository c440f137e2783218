import { ReventoError } from '../errors/revento-error.ts';
import { isExcepted } from './no-proxy.ts';
import { isThisMachine } from './this-machine.ts';
import { parseUrl } from './web-address.ts';

/** One variable that names a proxy, with its value as it was set. */
interface ProxyVariable {
  readonly name: string;
  readonly value: string;
}

/** Proxy settings of the environment; null where unset. */
export interface ProxySettings {
  readonly http: ProxyVariable | null;
  readonly https: ProxyVariable | null;
  readonly noProxy: string;
}

export const noProxies: ProxySettings = { http: null, https: null, noProxy: '' };

/** The proxy settings of an environment; of two spellings the lower-case one counts. */
export function readProxySettings(env: Readonly<Record<string, string | undefined>>): ProxySettings {
  const find = (name: string): ProxyVariable | null => {
    const found = [name, name.toUpperCase()].find((spelling) => env[spelling] !== undefined);
    const value = found === undefined ? '' : (env[found] ?? '').trim();
    return found === undefined || value === '' ? null : { name: found, value };
  };
  return { http: find('http_proxy'), https: find('https_proxy'), noProxy: find('no_proxy')?.value ?? '' };
}

/**
 * The URL of the proxy that a request goes through, or null when it goes directly: to this machine always, and to
 * what NO_PROXY names.
 *
 * @throws ReventoError `usage` when the variable is not the address of a proxy
 */
export function proxyFor(url: URL, settings: ProxySettings): URL | null {
  const variable = url.protocol === 'https:' ? (settings.https ?? settings.http) : settings.http;
  if (variable === null || isThisMachine(url.hostname) || isExcepted(url, settings.noProxy)) return null;
  const proxy = proxyUrl(variable.value);
  if (proxy !== null) return proxy;
  // The value may hold a password.
  throw new ReventoError('usage', `${variable.name} is not the URL of an http or https proxy.`, {
    hint: proxyRemedy(variable.name),
  });
}

/** What to do about a variable that is not the address of a proxy. */
export function proxyRemedy(name: string): string {
  return `set ${name} to a URL such as http://proxy.example.com:8080, or unset it`;
}

/** The URL that a proxy variable means, `http://` where it names no scheme, as in curl; null when it is not an address. */
export function proxyUrl(value: string): URL | null {
  const url = parseUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return null;
  try {
    // A name or password that is not percent-encoded text cannot be sent.
    decodeURIComponent(`${url.username}${url.password}`);
  } catch {
    return null;
  }
  return url;
}

import { ReventoError } from '../../errors/revento-error.ts';
import { isLoopback } from '../../http/this-machine.ts';

/** A usable redirect URI, and what has to listen for it. */
export interface RedirectTarget {
  /** Exactly as configured, in both requests, because the server compares bytes. */
  readonly uri: string;
  /** False when something else receives it and passes it on: a tunnel, a reverse proxy. */
  readonly isLoopback: boolean;
  /** Where to listen: `localhost` is both families, anything else is that address. */
  readonly listenHost: string;
  readonly listenPort: number;
  /** Path a browser asks for, as it spells it. */
  readonly path: string;
  /** Values of the Host header that are ours, lower case. */
  readonly hosts: ReadonlySet<string>;
}

/** Parameters that the authorization server adds; a redirect URI that has one itself would always hold it twice. */
const answerParameters = ['code', 'state', 'error', 'error_description', 'iss'] as const;

/**
 * Checks a redirect URI and derives from it what to listen for. The string itself is never rewritten.
 *
 * @param listenPort port to listen on when the URI is not of this machine; undefined when none was given
 * @throws ReventoError `usage` for a fragment, a user name, plain http beyond loopback, a scheme other than http and
 *   https, and for a port that is missing or makes no sense
 *
 * Source: RFC 6749 section 3.1.2, RFC 8252 section 7.3, RFC 9700 section 2.1.
 */
export function checkRedirectUri(uri: string, listenPort: number | undefined): RedirectTarget {
  const url = parse(uri);
  const isOwn = url.protocol === 'http:';
  if (isOwn && !isLoopback(url.hostname)) {
    throw refused(uri, 'plain http is for localhost only: the authorization code would cross the network unprotected');
  }
  for (const name of answerParameters) {
    if (url.searchParams.has(name)) throw refused(uri, `its query has "${name}", which the answer brings itself`);
  }
  const port = isOwn ? ownPort(uri, url, listenPort) : tunnelPort(uri, listenPort);
  return {
    uri,
    isLoopback: isOwn,
    listenHost: isOwn ? url.hostname.replace(/^\[|\]$/g, '') : 'localhost',
    listenPort: port,
    path: url.pathname,
    hosts: new Set([...hostForms(url), ...localHostForms(port)]),
  };
}

function parse(uri: string): URL {
  // `URL` drops tabs and line ends and turns backslashes round; here that would accept one string and send another.
  if (!/^https?:\/\/[\x21-\x5b\x5d-\x7e]+$/i.test(uri) || !URL.canParse(uri)) {
    throw refused(uri, 'it is not an absolute http or https URL in plain ASCII');
  }
  // Looked for in the text: `URL` reports an empty fragment and an empty user name as absent.
  if (uri.includes('#')) throw refused(uri, 'it has a fragment');
  const authority = /^https?:\/\/([^/?]*)/i.exec(uri)?.[1] ?? '';
  if (authority.includes('@')) throw refused(uri, 'it has a user name in it');
  return new URL(uri);
}

function ownPort(uri: string, url: URL, listenPort: number | undefined): number {
  const port = url.port === '' ? 80 : Number(url.port);
  if (port === 0) throw refused(uri, 'port 0 is not a port');
  if (listenPort !== undefined && listenPort !== port) {
    throw new ReventoError('usage', `--port ${listenPort} does not fit the redirect URI, which names port ${port}.`, {
      hint: '--port is for the redirect URI of a tunnel; to use another port here, register a redirect URI with it and pass it as --redirect-uri',
    });
  }
  return port;
}

function tunnelPort(uri: string, listenPort: number | undefined): number {
  if (listenPort !== undefined) return listenPort;
  throw new ReventoError(
    'usage',
    `The redirect URI ${JSON.stringify(uri)} is not on this machine, so --port is needed.`,
    {
      hint: 'add the local port your tunnel forwards to, such as --port 3000',
    },
  );
}

/** A Host header may leave the default port out or spell it. */
function hostForms(url: URL): string[] {
  const defaultPort = url.protocol === 'https:' ? 443 : 80;
  return url.port === '' ? [url.hostname, `${url.hostname}:${defaultPort}`] : [url.host];
}

function localHostForms(port: number): string[] {
  return ['localhost', '127.0.0.1', '[::1]'].flatMap((host) =>
    port === 80 ? [host, `${host}:80`] : [`${host}:${port}`],
  );
}

function refused(uri: string, why: string): ReventoError {
  return new ReventoError('usage', `The redirect URI ${JSON.stringify(shown(uri))} cannot be used: ${why}.`, {
    hint: 'use one that is registered for your integration, such as http://localhost:3000/callback',
  });
}

/** A password in a redirect URI is a mistake, but still a password. */
function shown(uri: string): string {
  return uri.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1…@');
}

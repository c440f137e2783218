import type { HttpFailure } from '../../../http/failure.ts';
import { hostOf, noProxyRemedy } from '../../../http/failure.ts';
import { isSuccess } from '../../../http/status.ts';
import { plainLine } from '../../../text/plain-line.ts';
import type { Posted } from '../../../webhook/sending/post.ts';

/** The hint for a delivery that a handler did not acknowledge: one sentence, or none. */
export function handlerHint({
  url,
  status,
  failure,
  excerpt,
  location,
}: Pick<Posted, 'url' | 'status' | 'failure' | 'excerpt' | 'location'>): string | null {
  if (failure !== null) return failureHint(new URL(url), failure);
  return status === null || isSuccess(status) ? null : statusHint(new URL(url), status, { excerpt, location });
}

/** No answer came. */
function failureHint(url: URL, failure: HttpFailure): string | null {
  const { host, protocol } = url;
  switch (failure.kind) {
    case 'refused':
      return `is your server running on port ${portOf(url)}?`;
    case 'not_loopback':
      return `${host} is not on this machine: add --allow-remote (listen), or leave out --insecure`;
    case 'dns':
      return `check the spelling of ${host}: no such host name was found`;
    case 'timeout':
      return 'Revento waits 10 s: acknowledge first, and do slow work afterward';
    case 'proxy':
      return noProxyRemedy(hostOf(failure.peer));
    case 'tls':
      return tlsHint(url, failure);
    case 'reset':
      if (failure.isSilent && protocol === 'http:') return `does this port speak https? ${tryHttps(url)}`;
      return 'did the handler crash? It closed the connection before its response was complete';
    case 'closed':
      return 'did the server just stop? It closed the connection before the delivery was sent';
    case 'wrong_protocol':
      return wrongProtocolHint(url, failure);
    case 'malformed':
      return `check what the handler writes: its response is not valid HTTP${failure.detail && ` (${failure.detail})`}`;
    case 'too_large':
      return 'answer with a status and an empty body: this response is too long';
    case 'aborted':
      return 'this run ended before the handler answered';
    case 'invalid_request':
    case 'unexpected':
    case 'unreachable':
    case 'connect_timeout':
      return null;
  }
}

function wrongProtocolHint(url: URL, { protocol }: HttpFailure): string {
  if (protocol === 'TLS') return `this port speaks https: ${tryHttps(url, 'try')}`;
  if (protocol === 'HTTP/2') return 'make the handler accept HTTP/1.1: deliveries are HTTP/1.1, and it speaks HTTP/2';
  return `is ${portOf(url)} the right port? It speaks ${protocol}, not HTTP`;
}

function tlsHint(url: URL, { tlsFault }: HttpFailure): string {
  const local = 'for a handler on this machine, add --insecure';
  switch (tlsFault) {
    case 'no_tls':
      return `does ${url.host} speak plain http? Try ${url.href.replace(/^https:/, 'http:')}`;
    case 'untrusted':
      return `name the file of the certificate's root in NODE_EXTRA_CA_CERTS; ${local}`;
    case 'other_host':
      return `use the host name of the certificate; ${local}`;
    case 'out_of_date':
      return `renew the certificate; ${local}`;
    default:
      return `check the TLS settings of ${url.host}`;
  }
}

function tryHttps(url: URL, verb = 'Try'): string {
  return `${verb} ${url.href.replace(/^http:/, 'https:')}, with --insecure for a self-signed certificate`;
}

/** Phrases of servers whose https port received plain HTTP: nginx, Go, Apache, Tomcat, IIS. */
const wantsHttps =
  /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled|requires TLS|secured with (?:SSL|Secure Sockets Layer)/i;

function statusHint(url: URL, status: number, { excerpt, location }: Pick<Posted, 'excerpt' | 'location'>) {
  const { host, pathname, protocol } = url;
  if (protocol === 'http:' && status >= 400 && status < 500 && wantsHttps.test(excerpt)) {
    return `this port speaks https: ${tryHttps(url, 'try')}`;
  }
  if (status === 401 || status === 403) {
    return `the signature is valid, but your handler returned ${status}: is ${pathname} behind your own authentication, or is the handler using a different secret?`;
  }
  if (status === 400 || status === 422) {
    return 'does the handler parse the body before verifying it? It needs the raw bytes';
  }
  if (status === 404) return `does your server serve POST ${pathname}?`;
  if (status === 405) return `make ${pathname} accept POST: it exists only for other methods`;
  if (status === 501) return `is ${host} your handler? It does not accept POST`;
  if (status === 413) return 'raise the body limit of the handler: deliveries are longer than it allows';
  if (status === 415) return 'make the handler accept application/json';
  if (status === 426 || status === 505) return `make ${host} accept HTTP/1.1, which deliveries use`;
  if (status === 508) return `do not forward from ${host} back to this listener: deliveries go in circles`;
  if (status === 429) return 'raise the rate limit of the handler: expect twenty deliveries at once';
  if (status === 502 || status === 504) return `is the handler behind ${host} running? ${host} got no answer from it`;
  if (status === 304) return 'answer 2xx: 304 is for GET, and does not acknowledge a delivery';
  if (status >= 300 && status < 400) {
    const target = location === null ? 'where it points' : plainLine(location, 200);
    return `redirects are not followed: send to ${target} (mind the trailing slash)`;
  }
  if (status >= 500) return "check the handler's log: it failed. Revento will retry the delivery";
  return null;
}

function portOf({ port, protocol }: URL): string {
  return port || (protocol === 'https:' ? '443' : '80');
}

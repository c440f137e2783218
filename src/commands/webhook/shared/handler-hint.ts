import { isSuccess } from '../../../http/status.ts';
import { plainLine } from '../../../text/plain-line.ts';
import type { Forwarded } from '../../../webhook/listener/forward.ts';

/** What to try when a handler did not take a delivery, by the kind of failure: one sentence, or none. */
export function handlerHint({
  url,
  status,
  error,
  location,
}: Pick<Forwarded, 'url' | 'status' | 'error' | 'location'>): string | null {
  if (isSuccess(status)) return null;
  const { host, port, protocol, pathname } = new URL(url);
  if (error === 'refused') return `is your server running on port ${port || (protocol === 'https:' ? 443 : 80)}?`;
  if (error === 'not_loopback') return `${host} is not on this machine; --allow-remote lets deliveries leave it`;
  if (error === 'dns') return `${host} is not known to the resolver`;
  if (error === 'timeout') return 'Revento waits 10 s: acknowledge first, and do slow work afterwards';
  if (error === 'tls')
    return `does ${host} speak https? A certificate nobody vouches for goes into NODE_EXTRA_CA_CERTS, or listen with --insecure`;
  if (error === 'reset') return 'the handler closed the connection before its answer was whole; did it crash?';
  if (error === 'too_large') return 'the answer has no end in sight; a status and an empty body are all it takes';
  if (error === 'aborted') return 'this run ended before the handler had answered';
  if (error === 'malformed') return `what answers at ${host} does not speak HTTP`;
  if (error !== null || status === null) return null;
  if (status === 401 || status === 403) {
    return `verified here, refused there: is ${pathname} behind your own login, or has your handler another secret?`;
  }
  if (status === 400 || status === 422)
    return 'did the handler parse the body before verifying it? It needs the raw bytes';
  if (status === 404) return `does your server serve POST ${pathname}?`;
  if (status === 405) return `${pathname} is there, but not for POST`;
  if (status === 501) return `what answers at ${host} takes no POST: is that your handler?`;
  if (status === 413) return 'the handler limits bodies below what deliveries need';
  if (status === 415) return 'the handler does not take application/json';
  if (status === 508) return `deliveries go round in a circle: what answers at ${host} forwards them back`;
  if (status === 429) return 'the handler limits how often it may be called; twenty deliveries at once are usual';
  if (status === 502 || status === 504)
    return `what answers at ${host} got no answer itself from the handler behind it`;
  if (status >= 300 && status < 400) {
    const target = location === null ? 'where it points' : plainLine(location, 200);
    return `redirects are not followed: forward to ${target} (mind the trailing slash)`;
  }
  if (status >= 500) return 'the handler failed; its log knows more. Revento sends the delivery again';
  return null;
}

import { ReventoError } from '../../errors/revento-error.ts';
import { secureUrl } from '../../http/web-address.ts';

/**
 * The absolute URL of an endpoint under the auth base.
 *
 * @param authBase such as `https://auth.revento.example`; a path is kept, trailing slashes do not matter
 * @throws ReventoError `usage` when the base is not `https:` (or loopback `http:`), or carries a user name, query or
 *   fragment
 *
 * Source: RFC 6749 sections 3.1 and 3.2, RFC 9700 section 2.6.
 */
export function authEndpoint(authBase: string, path: '/oauth/authorize' | '/oauth/token'): string {
  const url = secureUrl(authBase);
  if (url === null || /[?#]/.test(authBase)) {
    throw new ReventoError('usage', 'The auth base must be an https URL without user name, query or fragment.', {
      hint: 'set it with REVENTO_AUTH_BASE or `revento config set auth_base URL`; plain http is for localhost only',
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}${path}`;
}

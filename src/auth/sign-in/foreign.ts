import { ReventoError } from '../../errors/revento-error.ts';
import { isLoopback } from '../../http/this-machine.ts';
import { parseUrl } from '../../http/web-address.ts';

/**
 * The failure to report when the answer names another issuer than the auth base. Logging in again would fail the
 * same way, so the hint is about the auth base; one that may be an attacker's is never proposed.
 *
 * Source: RFC 9207 section 2.4: issuers are compared as plain text.
 */
export function foreignFailure(
  issuer: string,
  plan: { readonly authBase: string; readonly respell: (issuer: string) => string },
): ReventoError {
  const message = `The answer came from ${issuer || 'a server without a name'}, not from ${plan.authBase}; nothing of it was used.`;
  const hint = isSameServer(issuer, plan.authBase)
    ? `if that is how the server spells its name, ${plan.respell(issuer)}, then log in again`
    : 'another server answered than the one that was asked; check auth_base with `revento config list`';
  return new ReventoError('login_failed', message, { hint });
}

/** Whether two URLs differ only in spelling: a final slash, letter case, or the name of this machine. */
function isSameServer(issuer: string, authBase: string): boolean {
  const [one, other] = [parseUrl(issuer), parseUrl(authBase)];
  if (one === null || other === null || one.search !== '' || one.hash !== '') return false;
  const isSameHost = one.hostname === other.hostname || (isLoopback(one.hostname) && isLoopback(other.hostname));
  const path = ({ pathname }: URL) => pathname.replace(/\/+$/, '');
  return isSameHost && one.protocol === other.protocol && one.port === other.port && path(one) === path(other);
}

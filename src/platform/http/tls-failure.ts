import type { TlsFault } from '../../errors/revento-error.ts';

/** By the codes of OpenSSL and Node. */
const faults: Readonly<Record<string, TlsFault>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'other_host',
  CERT_HAS_EXPIRED: 'out_of_date',
  CERT_NOT_YET_VALID: 'out_of_date',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no_tls',
};

const words: Readonly<Record<TlsFault, string>> = {
  untrusted: 'nobody this machine trusts has signed its certificate',
  other_host: 'its certificate is for another host',
  out_of_date: 'its certificate has expired, or is not valid yet',
  no_tls: 'what answers there does not speak TLS',
};

/**
 * What a refused TLS handshake means: a clause that follows the host, with the code for those who look it up, and
 * the fault where it is one of those with a remedy of their own.
 *
 * Never throws. Source: OpenSSL `X509_verify_cert_error_string`, Node.js `tls`.
 */
export function explainTls(code: string): { readonly words: string; readonly fault: TlsFault | undefined } {
  const fault = Object.hasOwn(faults, code) ? faults[code] : undefined;
  return { words: fault === undefined ? code : `${words[fault]} (${code})`, fault };
}

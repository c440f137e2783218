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
  HOSTNAME_MISMATCH: 'other_host',
  CERT_HAS_EXPIRED: 'out_of_date',
  CERT_NOT_YET_VALID: 'out_of_date',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no_tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'no_tls',
  ERR_SSL_HTTP_REQUEST: 'no_tls',
};

const words: Readonly<Record<TlsFault, string>> = {
  untrusted: 'its certificate is not signed by an authority that this machine trusts',
  other_host: 'its certificate is for another host',
  out_of_date: 'its certificate has expired, or is not valid yet',
  no_tls: 'the server does not speak TLS on this port',
};

/** Failures without a remedy, by the end of their code. */
const otherWords: readonly (readonly [RegExp, string])[] = [
  [/ALERT_CERTIFICATE_REQUIRED$/, 'the server asks for a client certificate'],
  [/ALERT_PROTOCOL_VERSION$|UNSUPPORTED_PROTOCOL$/, 'the server supports only TLS versions that are too old'],
  [/ALERT_HANDSHAKE_FAILURE$|NO_SHARED_CIPHER$/, 'the server and this client have no cipher in common'],
  [/UNRECOGNIZED_NAME$/, 'the server does not know this host name'],
];

/** Whether an error's code is one of a TLS handshake or of a certificate. Source: Node.js `tls`, X509 error codes. */
export function isTlsCode(code: string): boolean {
  if (Object.hasOwn(faults, code)) return true;
  return /^ERR_(SSL|TLS)_|^EPROTO$|CERT|CRL|ISSUER|^(INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/.test(
    code,
  );
}

/**
 * What a refused TLS handshake means: a clause that follows the host, with the code for those who look it up, and
 * the fault where it is one of those with a remedy of their own.
 *
 * Source: OpenSSL `X509_verify_cert_error_string`, Node.js `tls`.
 */
export function explainTls(code: string): { readonly words: string; readonly fault: TlsFault | undefined } {
  const fault = Object.hasOwn(faults, code) ? faults[code] : undefined;
  const text = fault === undefined ? otherWords.find(([form]) => form.test(code))?.[1] : words[fault];
  return { words: text === undefined ? code : `${text} (${code})`, fault };
}

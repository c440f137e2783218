import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate that nobody signed but itself, for a host name; `certFile` is what NODE_EXTRA_CA_CERTS takes. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  readonly certFile: string;
}

/** Makes a self-signed certificate in a directory, with the machine's openssl. */
export function selfSigned(hostname: string, directory: string): Certificate {
  const keyFile = join(directory, 'key.pem');
  const certFile = join(directory, 'cert.pem');
  const names = ['-subj', `/CN=${hostname}`, '-addext', `subjectAltName=DNS:${hostname}`];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...request, ...names, '-keyout', keyFile, '-out', certFile], { stdio: 'pipe' });
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8'), certFile };
}

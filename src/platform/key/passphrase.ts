import { randomBytes, scrypt } from 'node:crypto';
import type { Secret } from '../../text/secret.ts';
import { type Kdf, keyId, type StoreKey } from './envelope.ts';

/** About 150 ms on a small machine; twice as much would be felt on every command. */
const cost = { N: 2 ** 16, r: 8, p: 1 } as const;

/** Parameters for a new store, with a salt of its own. */
export function newKdf(): Kdf {
  return { name: 'scrypt', ...cost, salt: randomBytes(16).toString('base64') };
}

/** The key a passphrase gives under these parameters. Source: RFC 7914. */
export async function deriveKey(passphrase: Secret, kdf: Kdf): Promise<StoreKey> {
  const { N, r, p } = kdf;
  const salt = Buffer.from(kdf.salt, 'base64');
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    // Node's default limit is 32 MiB; scrypt takes 128 * N * r bytes.
    scrypt(passphrase.reveal().normalize('NFC'), salt, 32, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
  return { id: keyId(bytes), source: 'passphrase', kdf, bytes };
}

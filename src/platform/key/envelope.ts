import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { parseRecord } from '../../json/parse.ts';
import { type Binding, type KeySource, keySources } from '../../ports/store.ts';

/** How a passphrase becomes a key (RFC 7914): recorded, so that a later default does not lock older files. */
export interface Kdf {
  readonly name: 'scrypt';
  /** Cost; a power of two. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
  /** 16 bytes in base64. */
  readonly salt: string;
}

/** Which key a sealed file needs, as written in it. */
export interface KeyName {
  readonly id: string;
  readonly source: KeySource;
  readonly kdf: Kdf | null;
}

export interface StoreKey extends KeyName {
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** The place of a sealed text, which opens nowhere else. */
export interface Place {
  readonly profile: string;
  readonly name: string;
}

/** A sealed text taken apart, not yet opened. */
export interface Envelope {
  readonly key: KeyName;
  readonly binding: Binding;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** First 16 hex digits of the key's SHA-256: identifies a key without revealing it. */
export function keyId(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/**
 * Encrypts and authenticates a text (AES-256-GCM, a new random nonce each time).
 *
 * The header travels in the clear and is authenticated with the place, so a file moved to another profile or
 * login, or relabeled for another server, does not open.
 *
 * Source: NIST SP 800-38D.
 */
export function seal(key: StoreKey, place: Place, binding: Binding, text: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associatedData(key, place, binding));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return serialize({ key, binding, nonce, ciphertext, tag: cipher.getAuthTag() });
}

/**
 * The text inside, or null when it is not authentic: another key, another place, or changed.
 */
export function unseal(envelope: Envelope, key: StoreKey, place: Place): string | null {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, envelope.nonce, { authTagLength: tagBytes });
    decipher.setAAD(associatedData(envelope.key, place, envelope.binding));
    decipher.setAuthTag(envelope.tag);
    return Buffer.concat([decipher.update(envelope.ciphertext), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

/**
 * Takes a sealed text apart. Only the exact spelling `seal` gives is taken, so no byte of a file can be changed
 * without being noticed, not even one that base64 or JSON would overlook.
 *
 * @returns null for anything else
 */
export function parseEnvelope(text: string): Envelope | null {
  const header = parseRecord(text);
  if (header === null || header['v'] !== 1 || header['alg'] !== 'A256GCM') return null;
  const { kid, src, kdf, auth, client, n, ct, tag } = header;
  if (!isText(kid) || !isSource(src) || !isText(auth) || !isText(client)) return null;
  if (!isText(n) || !isText(ct) || !isText(tag)) return null;
  const scrypt = kdf === undefined ? null : parseKdf(kdf);
  if (scrypt === undefined || (scrypt !== null) !== (src === 'passphrase')) return null;
  const envelope: Envelope = {
    key: { id: kid, source: src, kdf: scrypt },
    binding: { authBase: auth, clientId: client },
    nonce: Buffer.from(n, 'base64'),
    ciphertext: Buffer.from(ct, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
  if (envelope.nonce.length !== nonceBytes || envelope.tag.length !== tagBytes) return null;
  return serialize(envelope) === text ? envelope : null;
}

/** Whether these bytes can be a key at all. */
export function isKey(bytes: Uint8Array): boolean {
  return bytes.length === keyBytes;
}

export function newKey(): Buffer {
  return randomBytes(keyBytes);
}

function headerOf(key: KeyName, binding: Binding): Record<string, unknown> {
  return {
    v: 1,
    alg: 'A256GCM',
    kid: key.id,
    src: key.source,
    ...(key.kdf && { kdf: { N: key.kdf.N, r: key.kdf.r, p: key.kdf.p, salt: key.kdf.salt } }),
    auth: binding.authBase,
    client: binding.clientId,
  };
}

function associatedData(key: KeyName, place: Place, binding: Binding): Buffer {
  const header = JSON.stringify(headerOf(key, binding));
  return Buffer.from([header, place.profile, place.name, binding.authBase, binding.clientId].join('\0'), 'utf8');
}

function serialize({ key, binding, nonce, ciphertext, tag }: Envelope): string {
  const sealed = {
    ...headerOf(key, binding),
    n: nonce.toString('base64'),
    ct: ciphertext.toString('base64'),
    tag: tag.toString('base64'),
  };
  return `${JSON.stringify(sealed)}\n`;
}

/** Undefined for invalid parameters, or so costly that they cannot be ours. */
function parseKdf(value: unknown): Kdf | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { N, r, p, salt } = value as Record<string, unknown>;
  if (typeof N !== 'number' || typeof r !== 'number' || typeof p !== 'number' || !isText(salt)) return undefined;
  const isSound = Number.isInteger(Math.log2(N)) && N >= 2 ** 14 && N <= 2 ** 20 && r === 8 && p >= 1 && p <= 4;
  return isSound ? { name: 'scrypt', N, r, p, salt } : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isSource(value: unknown): value is KeySource {
  return (keySources as readonly unknown[]).includes(value);
}

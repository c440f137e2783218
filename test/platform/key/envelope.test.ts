import { createDecipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyId, parseEnvelope, type StoreKey, seal, unseal } from '../../../src/platform/key/envelope.ts';

const bytes = randomBytes(32);
const key: StoreKey = { id: keyId(bytes), source: 'keyfile', kdf: null, bytes };
const place = { profile: 'default', name: 'installation-evt_1' };
const binding = { authBase: 'https://auth.test', clientId: 'client-1' };
const plain = JSON.stringify({ v: 1, gen: 3, access_token: 'rev_install_x' });

function open(text: string, at = place, using = key): string | null {
  const envelope = parseEnvelope(text);
  return envelope && unseal(envelope, using, at);
}

describe('a sealed text', () => {
  it('opens with its key at its place', () => {
    expect(open(seal(key, place, binding, plain))).toBe(plain);
  });

  it('says in the clear which server and client it is for, and nothing of its content', () => {
    const sealed = seal(key, place, binding, plain);
    expect(parseEnvelope(sealed)).toMatchObject({ binding, key: { id: key.id, source: 'keyfile', kdf: null } });
    expect(sealed).not.toContain('rev_install');
  });

  it('is another one each time', () => {
    expect(seal(key, place, binding, plain)).not.toBe(seal(key, place, binding, plain));
  });

  it('is refused when any one bit of it is changed', () => {
    const sealed = Buffer.from(seal(key, place, binding, plain));
    for (let at = 0; at < sealed.length * 8; at++) {
      const changed = Buffer.from(sealed);
      changed[at >> 3] = (changed[at >> 3] as number) ^ (1 << (at & 7));
      expect(open(changed.toString('utf8')), `bit ${at}`).toBeNull();
    }
  });

  it.each([
    ['another profile', { ...place, profile: 'other' }],
    ['another login', { ...place, name: 'user-evt_1' }],
  ])('is refused at the place of %s', (_what, at) => {
    expect(open(seal(key, place, binding, plain), at)).toBeNull();
  });

  it.each([
    ['server', { auth: 'https://evil.test' }],
    ['client', { client: 'client-2' }],
    ['key source', { src: 'keyring' }],
  ])('is refused when it is relabeled for another %s', (_what, changes) => {
    const header = { ...JSON.parse(seal(key, place, binding, plain)), ...changes };
    expect(open(`${JSON.stringify(header)}\n`)).toBeNull();
  });

  it('is refused with another key', () => {
    expect(open(seal(key, place, binding, plain), place, { ...key, bytes: randomBytes(32) })).toBeNull();
  });

  it.each([
    ['a shorter authentication tag', { tag: randomBytes(12).toString('base64') }],
    ['a key derivation without a passphrase', { kdf: { N: 2 ** 16, r: 8, p: 1, salt: 'AAAA' } }],
    ['another version', { v: 2 }],
    ['another algorithm', { alg: 'A128CBC' }],
  ])('is none with %s', (_what, changes) => {
    expect(
      parseEnvelope(`${JSON.stringify({ ...JSON.parse(seal(key, place, binding, plain)), ...changes })}\n`),
    ).toBeNull();
  });

  it('is AES-256-GCM under the key, with the header and the place as associated data', () => {
    const { n, ct, tag, ...header } = JSON.parse(seal(key, place, binding, plain)) as Record<string, string>;
    const decipher = createDecipheriv('aes-256-gcm', bytes, Buffer.from(n as string, 'base64'), { authTagLength: 16 });
    const data = [JSON.stringify(header), 'default', 'installation-evt_1', 'https://auth.test', 'client-1'];
    decipher.setAAD(Buffer.from(data.join('\0')));
    decipher.setAuthTag(Buffer.from(tag as string, 'base64'));
    const opened = Buffer.concat([decipher.update(Buffer.from(ct as string, 'base64')), decipher.final()]);
    expect(opened.toString()).toBe(plain);
  });
});

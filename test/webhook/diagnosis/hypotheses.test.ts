import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hypotheses } from '../../../src/webhook/diagnosis/hypotheses.ts';
import { newSecret } from '../../support/webhook/delivery.ts';

const timestamp = '1700000000';
const body = Buffer.from('{"name":"Zoë","list":[1,2]}');

const signed = (key: string | Uint8Array, bytes: Uint8Array = body, prefix = `${timestamp}.`) =>
  `sha256=${createHmac('sha256', key).update(prefix).update(bytes).digest('hex')}`;

/** What holds for a signature, of all that is tried. */
const holding = (signature: string, secrets: readonly string[], others: Readonly<Record<string, string>> = {}) => {
  const context = { secrets, otherSecrets: new Map(Object.entries(others)) };
  const tried = [...hypotheses({ signature, timestamp, body }, context)];
  return { holds: tried.filter(({ holds }) => holds()).map(({ what }) => what), tried };
};

const base64Secret = Buffer.from('a signing key of thirty-two byte').toString('base64');

describe('exactly the hypothesis that explains a signature holds', () => {
  const secret = newSecret();
  it.each<[string, string, readonly string[]]>([
    ['decoded from base64', signed(Buffer.from(base64Secret, 'base64')), [base64Secret]],
    ['without the "whsec_" in front', signed(secret), [`whsec_${secret}`]],
    ['"whsec_", decoded from base64', signed(Buffer.from(base64Secret, 'base64')), [`whsec_${base64Secret}`]],
    ['quotes', signed(secret), [`"${secret}"`]],
    ['body alone', signed(secret, body, ''), [secret]],
    [
      'pretty-printed (2 spaces)',
      signed(secret, Buffer.from(JSON.stringify(JSON.parse(`${body}`), null, 2))),
      [secret],
    ],
  ])('%s', (what, signature, secrets) => {
    const { holds } = holding(signature, secrets);
    expect(holds).toHaveLength(1);
    expect(holds[0]).toContain(what);
  });

  it('none for a signature made with an unknown secret', () => {
    const { holds, tried } = holding(signed(newSecret()), [secret], { staging: newSecret() });
    expect(holds).toEqual([]);
    expect(tried.length).toBeGreaterThan(10);
  });

  it('and no text of any hypothesis contains a secret', () => {
    const other = newSecret();
    const { tried } = holding(signed(secret), [`whsec_${base64Secret}`, secret], { staging: other });
    const text = tried.map(({ what, meaning }) => `${what} ${meaning}`).join('\n');
    for (const one of [base64Secret, secret, other]) expect(text).not.toContain(one);
  });
});

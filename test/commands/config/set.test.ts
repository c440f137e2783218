import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { configSet } from '../../../src/commands/config/set.ts';
import { Secret } from '../../../src/text/secret.ts';
import { memory, run, type World } from '../../support/commands/deps.ts';

const secret = randomBytes(16).toString('hex');

async function set(world: World, name: string, value?: string) {
  const fake = memory(world);
  const outcome = await run(configSet, value === undefined ? { name } : { name, value }, fake);
  return {
    ...outcome,
    fake,
    all: JSON.stringify([outcome, outcome.failure?.message, outcome.failure?.facts, fake.notices]),
  };
}

describe('config set', () => {
  it('writes a setting of the selected profile', async () => {
    const { fake, text } = await set({ profile: 'prod' }, 'client_id', 'app_1');
    expect(fake.profiles).toEqual({ prod: { client_id: 'app_1' } });
    expect(text).toBe('✓ client_id of profile "prod" is app_1.');
  });

  it('checks the value first', async () => {
    const { fake, failure } = await set({}, 'api_base', 'http://api.example.com');
    expect(failure?.message).toContain('api_base must be an https URL');
    expect(fake.profiles).toEqual({});
  });

  it('keeps a base as it was written, slash and all, and says the form it is used in', async () => {
    const { fake, text } = await set({}, 'auth_base', 'https://auth.example.com/');
    expect(fake.profiles).toEqual({ default: { auth_base: 'https://auth.example.com/' } });
    expect(text).toBe('✓ auth_base of profile "default" is https://auth.example.com.');
  });

  it.each([
    ['no value', undefined, 'What should client_id be?', 'run: revento config set client_id VALUE'],
    ['an empty value', '', 'The value of client_id is empty.', 'to remove it, run: revento config unset client_id'],
  ])('refuses %s', async (_, value, message, hint) => {
    const { failure } = await set({}, 'client_id', value);
    expect([failure?.code, failure?.message, failure?.facts.hint]).toEqual(['usage', message, hint]);
  });

  it('says when a variable takes precedence over what was set', async () => {
    const world = { environment: { client_id: 'x' }, variables: { REVENTO_CLIENT_ID: 'x' } };
    expect((await set(world, 'client_id', 'app_1')).fake.notices).toEqual([
      'note: REVENTO_CLIENT_ID is set and takes precedence',
    ]);
  });

  it.each([
    ['client-id', 'did you mean client_id?'],
    ['REVENTO_CLIENT_ID', 'did you mean client_id?'],
    ['clinet_id', 'did you mean client_id?'],
    ['webhook_secert', 'did you mean webhook_secret?'],
  ])('suggests the name that was meant by %s', async (name, hint) => {
    expect((await set({}, name, 'x')).failure?.facts.hint).toBe(hint);
  });

  it('lists the names when none is near', async () => {
    expect((await set({}, 'color', 'x')).failure?.facts.hint).toContain('settings are auth_base, api_base');
  });
});

describe('config set key_store', () => {
  it('moves the store, then remembers where new logins go', async () => {
    const { fake, text } = await set({}, 'key_store', 'keyring');
    expect(fake.rekeyed).toEqual(['keyring']);
    expect(fake.profiles).toEqual({ default: { key_store: 'keyring' } });
    expect(fake.notices).toEqual(['note: 2 stored files were re-encrypted']);
    expect(text).toBe('✓ key_store of all profiles is keyring.');
  });

  it('moves nothing for a source that does not exist', async () => {
    const { fake, failure } = await set({}, 'key_store', 'disk');
    expect(failure?.message).toBe('key_store must be one of keyfile, keyring, passphrase, not "disk"');
    expect(fake.rekeyed).toEqual([]);
  });
});

describe('config set of a secret', () => {
  it.each(['client_secret', 'webhook_secret', 'webhook_secret_previous'] as const)(
    'reads %s from standard input, seals it and shows it masked',
    async (name) => {
      const { fake, text, all } = await set({ stdin: `${secret}\n` }, name);
      expect(fake.secrets).toEqual({ default: { [name]: secret } });
      expect(fake.profiles).toEqual({});
      expect(text).toBe(`✓ ${name} of profile "default" is ${new Secret(secret)}.`);
      expect(all).not.toContain(secret);
    },
  );

  it('asks for it unseen on a terminal', async () => {
    const { fake } = await set({ answers: [secret] }, 'client_secret');
    expect(fake.questions).toEqual([{ text: 'client_secret: ', isHidden: true }]);
    expect(fake.secrets).toEqual({ default: { client_secret: secret } });
  });

  it('names standard input and the variable when nothing may be asked', async () => {
    const { failure } = await set({}, 'client_secret');
    expect(failure?.code).toBe('usage');
    expect(failure?.facts.hint).toBe('run: revento config set client_secret < FILE, or set REVENTO_CLIENT_SECRET');
  });

  it('refuses it as an argument and does not repeat it', async () => {
    const { failure, fake, all } = await set({}, 'client_secret', secret);
    expect(failure?.code).toBe('usage');
    expect(failure?.facts.hint).toContain('run: revento config set client_secret < FILE');
    expect(all).not.toContain(secret);
    expect(fake.secrets).toEqual({});
  });

  it.each(['client_secret', 'clientsecret', 'cleint_secret'])(
    'does not repeat it when written %s=VALUE',
    async (name) => {
      const { failure, all } = await set({ stdin: '' }, `${name}=${secret}`);
      expect(failure?.code).toBe('usage');
      expect(all).not.toContain(secret);
    },
  );

  it('takes "-" for standard input', async () => {
    expect((await set({ stdin: secret }, 'webhook_secret', '-')).fake.secrets).toEqual({
      default: { webhook_secret: secret },
    });
  });

  it.each([
    ['nothing', '', 'Standard input had no webhook_secret.'],
    ['only a line end', '\n', 'Standard input had no webhook_secret.'],
    ['several lines', `${secret}\nmore\n`, 'The value of webhook_secret is not one line of text.'],
  ])('refuses %s', async (_, stdin, message) => {
    const { failure, fake } = await set({ stdin }, 'webhook_secret');
    expect(failure?.message).toBe(message);
    expect(fake.secrets).toEqual({});
  });

  it('keeps spaces at either end, which may belong to it', async () => {
    const { fake } = await set({ stdin: ` ${secret} \r\n` }, 'webhook_secret');
    expect(fake.secrets).toEqual({ default: { webhook_secret: ` ${secret} ` } });
    expect(fake.notices).toEqual(['warning: webhook_secret has leading or trailing whitespace; stored as is']);
  });

  it('says when the variable takes precedence', async () => {
    const { fake } = await set({ stdin: secret, environmentSecrets: { client_secret: 'other' } }, 'client_secret');
    expect(fake.notices).toEqual(['note: REVENTO_CLIENT_SECRET is set and takes precedence']);
  });
});

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { configUnset } from '../../../src/commands/config/unset.ts';
import { memory, run } from '../../support/commands/deps.ts';

const secret = randomBytes(16).toString('hex');

describe('config unset', () => {
  it('removes a setting and names the default that is back in force', async () => {
    const fake = memory({ profiles: { default: { output: 'json', client_id: 'app_1' } } });
    const { text } = await run(configUnset, { name: 'output' }, fake);
    expect(fake.profiles).toEqual({ default: { client_id: 'app_1' } });
    expect(text).toBe('✓ output of profile "default" is unset; the default is table.');
  });

  it('removes a secret', async () => {
    const fake = memory({ secrets: { default: { client_secret: secret, webhook_secret: secret } } });
    await run(configUnset, { name: 'client_secret' }, fake);
    expect(fake.secrets).toEqual({ default: { webhook_secret: secret } });
  });

  it('moves the store back to the key file', async () => {
    const fake = memory({ profiles: { default: { key_store: 'keyring' } } });
    const { text } = await run(configUnset, { name: 'key_store' }, fake);
    expect(fake.rekeyed).toEqual(['keyfile']);
    expect(text).toBe('✓ key_store of all profiles is unset; the default is keyfile.');
  });

  it('is not an error when there is nothing to remove', async () => {
    expect((await run(configUnset, { name: 'client_id' }, memory())).failure).toBeNull();
  });
});

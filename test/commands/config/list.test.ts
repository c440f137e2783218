import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { configList } from '../../../src/commands/config/list.ts';
import { Secret } from '../../../src/text/secret.ts';
import { memory, run, type World } from '../../support/commands/deps.ts';

const secret = randomBytes(16).toString('hex');

describe('config list', () => {
  it('shows every setting with its source, and secrets masked', async () => {
    const world: World = {
      profiles: { default: { client_id: 'app_1' } },
      environment: { scope: 'event.read' },
      secrets: { default: { client_secret: secret } },
      environmentSecrets: { webhook_secret: `${secret}-2` },
    };
    const { data } = await run(configList, {}, memory(world));
    expect(data).toEqual([
      { name: 'auth_base', value: 'https://auth.revento.example', source: 'default' },
      { name: 'api_base', value: 'https://api.revento.example/api/v1', source: 'default' },
      { name: 'client_id', value: 'app_1', source: 'profile' },
      { name: 'redirect_uri', value: 'http://localhost:3000/callback', source: 'default' },
      { name: 'scope', value: 'event.read', source: 'environment' },
      { name: 'default_event', value: null, source: null },
      { name: 'output', value: 'table', source: 'default' },
      { name: 'key_store', value: 'keyfile', source: 'default' },
      { name: 'client_secret', value: `${new Secret(secret)}`, source: 'profile' },
      { name: 'webhook_secret', value: `${new Secret(`${secret}-2`)}`, source: 'environment' },
      { name: 'webhook_secret_previous', value: null, source: null },
    ]);
  });
});

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { configGet } from '../../../src/commands/config/get.ts';
import { hintOf } from '../../../src/errors/revento-error.ts';
import { Secret } from '../../../src/text/secret.ts';
import { memory, run, type World } from '../../support/commands/deps.ts';

const secret = randomBytes(16).toString('hex');

describe('config get', () => {
  const get = (world: World, name: string) => run(configGet, { name }, memory(world));

  it('prints the value and nothing else', async () => {
    expect((await get({ profiles: { default: { client_id: 'app_1' } } }, 'client_id')).text).toBe('app_1');
  });

  it('prints the value in force', async () => {
    const world = { profiles: { default: { client_id: 'app_1' } }, environment: { client_id: 'app_2' } };
    expect((await get(world, 'client_id')).data).toEqual([
      { name: 'client_id', value: 'app_2', source: 'environment' },
    ]);
  });

  it('masks a secret on a terminal', async () => {
    const { deps, ...rest } = memory({ secrets: { default: { client_secret: secret } } });
    const { text } = await run(configGet, { name: 'client_secret' }, { ...rest, deps: { ...deps, isStdoutTty: true } });
    expect(text).toBe(`${new Secret(secret)}`);
  });

  it.each([
    ['client_id', 'or run: revento config set client_id VALUE'],
    ['client_secret', 'run: revento config set client_secret < FILE, or set REVENTO_CLIENT_SECRET'],
  ])('fails for %s when it is not set, and says how to set it', async (name, hint) => {
    const { failure } = await get({}, name);
    expect(failure?.code).toBe('setting_missing');
    expect(failure && hintOf(failure, { profile: 'default' })).toContain(hint);
  });
});

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

const clientSecret = randomBytes(24).toString('hex');
const webhookSecret = `whsec_${randomBytes(24).toString('hex')}`;
const envFile = `# of the integration
export REVENTO_AUTH_BASE=https://auth.revento.test
REVENTO_API_BASE="https://api.revento.test/api/v1"
REVENTO_CLIENT_ID=app_1
REVENTO_CLIENT_SECRET='${clientSecret}'
REVENTO_WEBHOOK_SECRET=${webhookSecret}
REVENTO_REDIRECT_URI=http://localhost:3000/callback
SANDBOX_EVENT_ID=evt_test_published
DATABASE_URL=postgres://somebody:else@localhost/db
`;
const path = () => join(rig.home, 'config/revento/config.json');
const revealed = async (name: string) => (await rig.run(['config', 'get', name, '--reveal'])).stdout;

describe('config init', () => {
  it.each(['.env', '-'])('takes settings and secrets from a .env file given as %s', async (from) => {
    writeFileSync(join(rig.home, '.env'), envFile);
    const { code, stdout, stderr } = await rig.run(['config', 'init', '--from', from], { input: envFile });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(readFileSync(path(), 'utf8'))).toEqual({
      profiles: {
        default: {
          auth_base: 'https://auth.revento.test',
          api_base: 'https://api.revento.test/api/v1',
          client_id: 'app_1',
          redirect_uri: 'http://localhost:3000/callback',
          default_event: 'evt_test_published',
        },
      },
    });
    for (const secret of [clientSecret, webhookSecret]) expect(stdout).not.toContain(secret);
    expect(await revealed('client_secret')).toBe(`${clientSecret}\n`);
    expect(await revealed('webhook_secret')).toBe(`${webhookSecret}\n`);
  });

  it('takes flags, which go over the file', async () => {
    writeFileSync(join(rig.home, '.env'), envFile);
    const flags = ['--from', '.env', '--client-id', 'app_2', '-e', 'evt_2', '-p', 'prod'];
    expect((await rig.run(['config', 'init', ...flags])).code).toBe(0);
    const { prod } = JSON.parse(readFileSync(path(), 'utf8')).profiles;
    expect(prod).toMatchObject({ client_id: 'app_2', default_event: 'evt_2' });
  });

  it('names what is missing where nothing may be asked, and writes nothing', async () => {
    const { code, stderr } = await rig.run(['config', 'init', '--client-id', 'app_1', '--no-input']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('error: Missing: auth_base, api_base.')]);
    expect(stderr).toContain('config init --auth-base VALUE --api-base VALUE');
    expect(existsSync(path())).toBe(false);
  });

  it.each([
    ['REVENTO_API_BASE=http://api.revento.test', 'api_base must be an https URL'],
    ['REVENTO_API_BASE=nonsense', 'api_base must be a URL'],
    ['REVENTO_API_BASE=https://api.revento.example/api/v1', 'api_base is a placeholder'],
    ['REVENTO_CLIENT_ID=<client id>', 'client_id is a placeholder'],
    ['REVENTO_CLIENT_SECRET=your-client-secret', 'client_secret is a placeholder'],
    ['SANDBOX_EVENT_ID=a/b', 'default_event: '],
  ])('refuses %s and writes nothing of the rest', async (line, message) => {
    const { code, stderr } = await rig.run(['config', 'init', '--from', '-'], { input: `${envFile}${line}\n` });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(existsSync(path())).toBe(false);
  });

  it('needs no key of stored secrets where it is given none', async () => {
    const env = { REVENTO_STORE_KEY: randomBytes(16).toString('hex') };
    await rig.run(['config', 'set', 'webhook_secret'], { input: webhookSecret, env });
    const flags = ['--auth-base', 'https://auth.revento.test', '--api-base', 'https://api.revento.test/api/v1'];
    const ended = await rig.run(['config', 'init', ...flags, '--client-id', 'app_1']);
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('error:')]);
    expect(ended.stdout).toContain('Profile "default" is set up.');
    expect((await rig.run(['config', 'get', 'webhook_secret', '--reveal'], { env })).stdout).toBe(`${webhookSecret}\n`);
  });

  it('takes no secret as an argument', async () => {
    expect((await rig.run(['config', 'init', '--client-secret', clientSecret])).code).toBe(2);
  });
});

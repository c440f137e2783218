import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/ports/exchange.ts';
import { Secret } from '../../../src/text/secret.ts';
import { answering, examine, healthy } from '../../support/commands/doctor-rig.ts';

describe('doctor on settings', () => {
  it.each(['auth_base', 'api_base'])('explains a placeholder host in %s', async (check) => {
    const other = check === 'auth_base' ? { api_base: 'https://api.test' } : { auth_base: 'https://auth.test' };
    const { of } = await examine({ profiles: { default: other } });
    expect(of(check)[0]).toMatchObject({ status: 'fail' });
    expect(of(check)[0]?.message).toContain('names ending in .example never resolve');
    expect(of(check)[0]?.remedy).toContain(`config set ${check} https://`);
  });

  it('asks no placeholder host', async () => {
    const seen: HttpRequest[] = [];
    const { of } = await examine({ profiles: {}, http: answering('', seen) });
    expect(seen).toEqual([]);
    expect(of('API server')[0]?.status).toBe('skip');
  });

  it('notices hosts that do not belong together', async () => {
    const profiles = { default: { ...healthy.profiles?.['default'], auth_base: 'http://localhost:4010' } };
    expect((await examine({ profiles })).of('hosts')[0]?.message).toContain('auth_base is on this machine');
  });

  it('shows secrets masked', async () => {
    const secret = randomBytes(12).toString('hex');
    const secrets = { default: { client_secret: secret, webhook_secret: secret, webhook_secret_previous: secret } };
    const { rows, of } = await examine({ secrets });
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(of('client_secret')[0]?.message).toContain(`${new Secret(secret)}`);
    expect(of('webhook_secret_previous')[0]?.status).toBe('warn');
  });

  it('warns of a range in NO_PROXY that is not one', async () => {
    const variables = { HTTPS_PROXY: 'http://proxy.test:8080', NO_PROXY: '10.0.0.0/8,10.1.0.0/99' };
    const [finding] = (await examine({ variables })).of('proxy');
    expect(finding).toMatchObject({ status: 'warn', message: expect.stringContaining('10.1.0.0/99') });
  });

  it.each([
    ['http://user:hunter2@proxy.test:8080', 'ok', 'proxy.test:8080'],
    ['user:hunter2@proxy.test:8080', 'ok', 'proxy.test:8080'],
    ['ftp://user:hunter2@proxy.test:8080', 'fail', 'HTTPS_PROXY'],
  ])('looks at the proxy without showing its password: %s', async (value, status, message) => {
    const [finding] = (await examine({ variables: { HTTPS_PROXY: value } })).of('proxy');
    expect(finding?.status).toBe(status);
    expect(finding?.message).toContain(message);
    expect(finding?.message).not.toContain('hunter2');
  });

  it.each([
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0', 'tls', 'fail'],
    ['NODE_DEBUG', 'http', 'debug', 'warn'],
  ])('notices %s=%s', async (name, value, check, status) => {
    expect((await examine({ variables: { [name]: value } })).of(check)[0]?.status).toBe(status);
  });
});

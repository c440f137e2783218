import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consentingBrowser, ProgramRig, type SandboxReady } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
let sandbox: SandboxReady;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  rig = new ProgramRig();
  sandbox = await rig.sandbox();
  const login = await rig.run(['-p', 'sandbox', 'login'], { env: { BROWSER: consentingBrowser() } });
  expect(login.code).toBe(0);
});
afterEach(async () => {
  await rig.close();
  for (const close of closing.splice(0)) await close();
});

/** A stranger's server, and every request that reached it, head and body. */
async function stranger() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${request.rawHeaders.join(' ')} ${Buffer.concat(chunks)}`);
      response.end('{"data":[],"has_more":false,"next_cursor":null}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** Changes config.json as any program of this user could. */
function edit(name: 'auth_base' | 'api_base', value: string): void {
  const path = join(rig.home, 'config', 'revento', 'config.json');
  const content = JSON.parse(readFileSync(path, 'utf8'));
  content.profiles.sandbox[name] = value;
  writeFileSync(path, JSON.stringify(content));
}

const list = ['-p', 'sandbox', 'participants', 'list', '--json'];

describe('an API base that was changed outside of the tool', () => {
  it('gets no token, and the command that accepts it is named and works', async () => {
    const { base, seen } = await stranger();
    edit('api_base', `${base}/api/v1`);
    const refused = await rig.run(list);
    expect(refused.code).toBe(2);
    expect(seen).toEqual([]);
    const { error } = JSON.parse(refused.stderr);
    expect(error.code).toBe('host_changed');
    expect(error.message).toContain(new URL(sandbox.api_base).origin);
    expect(error.message).toContain(base);
    const accept = `revento -p sandbox config set api_base ${base}/api/v1`;
    expect(error.hint).toContain(accept);

    expect((await rig.run(accept.split(' ').slice(1))).code).toBe(0);
    expect((await rig.run(list)).code).toBe(0);
    expect(seen.join('\n')).toContain('Bearer ');
  });

  it.each([
    ['a variable', { REVENTO_API_BASE: 'STRANGER/api/v1' }, []],
    ['a flag', {}, ['--api-base', 'STRANGER/api/v1']],
  ])('gets none through %s either', async (_what, env, flags) => {
    const { base, seen } = await stranger();
    const filled = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, value.replace('STRANGER', base)]),
    );
    const refused = await rig.run([...list, ...flags.map((flag) => flag.replace('STRANGER', base))], { env: filled });
    expect(refused.code).toBe(2);
    expect(seen).toEqual([]);
  });

  it('costs nothing once it is changed back', async () => {
    const { base } = await stranger();
    edit('api_base', `${base}/api/v1`);
    expect((await rig.run(list)).code).toBe(2);
    edit('api_base', sandbox.api_base);
    expect((await rig.run(list)).code).toBe(0);
  });
});

describe('an auth base that was changed outside of the tool', () => {
  it.each([
    ['in the file', true],
    ['by REVENTO_AUTH_BASE', false],
  ])('%s gets neither client secret nor refresh token', async (_how, isFile) => {
    const { base, seen } = await stranger();
    if (isFile) edit('auth_base', base);
    const env = isFile ? {} : { REVENTO_AUTH_BASE: base };
    const login = await rig.run(['-p', 'sandbox', 'login', '--timeout', '5s', '--json'], { env });
    expect(login.code).toBe(2);
    expect(JSON.parse(login.stderr).error).toMatchObject({
      code: 'host_changed',
      hint: expect.stringContaining(`revento -p sandbox config set auth_base ${base}`),
    });
    const refresh = await rig.run(['-p', 'sandbox', 'token', 'refresh'], { env });
    expect(refresh.code).toBe(4);
    expect(seen).toEqual([]);
  });
});

describe('a host that a command set', () => {
  it('is not asked about: the secret may be stored before or after it', async () => {
    const { base, seen } = await stranger();
    const env = { BROWSER: '/bin/true', REVENTO_EVENT: 'evt_1' };
    for (const order of [
      ['client_secret', 'auth_base'],
      ['auth_base', 'client_secret'],
    ]) {
      const profile = `mine-${order[0]}`;
      for (const name of order) {
        const isSecret = name === 'client_secret';
        const set = ['-p', profile, 'config', 'set', name, ...(isSecret ? [] : [base])];
        expect((await rig.run(set, { input: isSecret ? 'a-secret-of-this-test' : '' })).code).toBe(0);
      }
      await rig.run(['-p', profile, 'config', 'set', 'client_id', 'client_1']);
      const running = rig.start(['-p', profile, 'login', '--redirect-uri', 'http://localhost:3999/callback'], { env });
      await running.until('stderr', /oauth\/authorize\?/);
      running.kill('SIGINT');
      await running.ended;
    }
    expect(seen.every((request) => request.startsWith('HEAD '))).toBe(true);
  });
});

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServe } from '../../../src/platform/http/server.ts';
import { ownIdentity } from '../../../src/platform/lock/process-identity.ts';
import { freePort } from '../../support/http/free-port.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { newSecret } from '../../support/webhook/delivery.ts';

let rig: ProgramRig;
let configDir: string;

beforeEach(() => {
  rig = new ProgramRig();
  configDir = join(rig.home, 'config', 'revento');
});

afterEach(() => rig.close());

const config = (): unknown => JSON.parse(readFileSync(join(configDir, 'config.json'), 'utf8'));

describe('settings, as a user sets them', () => {
  it('are stored per profile, listed with their source, and overridden by the environment', async () => {
    expect(await rig.run(['config', 'set', 'client_id', 'app_1'])).toMatchObject({ code: 0 });
    expect(await rig.run(['-p', 'prod', 'config', 'set', 'client_id', 'app_2'])).toMatchObject({ code: 0 });
    expect(config()).toEqual({ profiles: { default: { client_id: 'app_1' }, prod: { client_id: 'app_2' } } });
    const env = { REVENTO_CLIENT_ID: 'app_3' };
    expect(await rig.run(['config', 'get', 'client_id', '-p', 'prod'])).toMatchObject({ code: 0, stdout: 'app_2\n' });
    expect(await rig.run(['config', 'get', 'client_id'], { env })).toMatchObject({ code: 0, stdout: 'app_3\n' });
    const { stdout } = await rig.run(['config', 'list', '-o', 'csv'], { env });
    expect(stdout).toContain('client_id,app_3,environment');
  });

  it('select a profile for later runs', async () => {
    await rig.run(['-p', 'prod', 'config', 'set', 'client_id', 'app_2']);
    expect(await rig.run(['profile', 'use', 'prod'])).toMatchObject({ code: 0 });
    expect(await rig.run(['config', 'get', 'client_id'])).toMatchObject({ stdout: 'app_2\n' });
    expect(await rig.run(['profile', 'remove', 'prod'])).toMatchObject({ code: 0 });
    expect(await rig.run(['config', 'get', 'client_id'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('lose none of the changes of many processes at once', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `p${index}`);
    const ended = await Promise.all(names.map((name) => rig.run(['-p', name, 'config', 'set', 'client_id', name])));
    expect(ended.map(({ code }) => code)).toEqual(names.map(() => 0));
    expect(config()).toEqual({ profiles: Object.fromEntries(names.map((name) => [name, { client_id: name }])) });
    expect(readdirSync(configDir)).toEqual(['config.json']);
  });

  it('are for this user only, and are fixed when they were not', async () => {
    mkdirSync(configDir, { recursive: true });
    chmodSync(configDir, 0o755);
    const ended = await rig.run(['config', 'set', 'client_id', 'app_1']);
    expect(ended.stderr).toContain(`warning: ${configDir} was open to other users`);
    expect(statSync(configDir).mode & 0o777).toBe(0o700);
    expect(statSync(join(configDir, 'config.json')).mode & 0o777).toBe(0o600);
  });

  it('are reported as damaged, and kept, when they are', async () => {
    mkdirSync(configDir, { recursive: true });
    writeFileSync(join(configDir, 'config.json'), '{"profiles": ');
    const ended = await rig.run(['config', 'set', 'client_id', 'app_1']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('are damaged');
    expect(readFileSync(join(configDir, 'config.json'), 'utf8')).toBe('{"profiles": ');
  });

  it.each([
    ['output', 'xml', 'json', 'webhook events'],
    ['default_event', 'a b', 'evt_1', 'events get'],
  ])('name the line of a wrong %s, and the command that corrects it works', async (name, wrong, right, needing) => {
    const path = join(configDir, 'config.json');
    const profiles = { other: { [name]: right }, work: { client_id: name, [name]: wrong } };
    mkdirSync(configDir, { recursive: true });
    writeFileSync(path, JSON.stringify({ profiles }, null, 2));
    const refused = await rig.run(['-p', 'work', ...needing.split(' ')]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(`error: the setting ${name} (${path}, line 8)`);
    const command = `-p work config set ${name}`;
    expect(refused.stderr).toContain(`hint: run: revento ${command} VALUE\n`);
    expect((await rig.run([...command.split(' '), right])).code).toBe(0);
    expect(await rig.run(['-p', 'work', 'webhook', 'events'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('keep no command from working that needs no event, when the default event is wrong', async () => {
    mkdirSync(configDir, { recursive: true, mode: 0o700 });
    const wrong = '{"profiles":{"default":{"default_event":"a b"}}}';
    writeFileSync(join(configDir, 'config.json'), wrong, { mode: 0o600 });
    const env = { REVENTO_WEBHOOK_SECRET: newSecret() };
    const needsNone = ['webhook events', 'webhook sign -', 'webhook check --list', 'completion zsh', 'logout --all'];
    for (const words of [...needsNone, 'sandbox exec -- true', 'config set client_id x']) {
      const { code, stderr } = await rig.run(words.split(' '), { env, input: '{}' });
      expect({ words, code, error: stderr.match(/^error.*/m) }).toEqual({ words, code: 0, error: null });
    }
    const sample = await rig.run(['webhook', 'events', 'application.approved', '-q', '.event_id']);
    expect(sample).toMatchObject({ code: 0, stdout: 'evt_test_published\n' });
    expect(sample.stderr).toContain('warning: the setting default_event (');
    const typed = await rig.run(['webhook', 'events', '-e', 'a b']);
    expect(typed).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--event: event "a b"') });
  });

  it.each(['list', 'path', 'get output'])('can be asked for with config %s while one is wrong', async (words) => {
    mkdirSync(configDir, { recursive: true });
    writeFileSync(join(configDir, 'config.json'), '{"profiles":{"default":{"output":"xml"}}}');
    expect(await rig.run(['config', ...words.split(' ')])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/./),
    });
  });
});

describe('secrets, as a user sets them', () => {
  const secret = randomBytes(16).toString('hex');

  it('are sealed, shown masked, and used', async () => {
    expect(await rig.run(['config', 'set', 'webhook_secret'], { input: `${secret}\n` })).toMatchObject({ code: 0 });
    expect((await rig.run(['config', 'list'])).stdout).toMatch(/webhook_secret +\[redacted fp:[0-9a-f]{8}\] +profile/);
    expect((await rig.run(['doctor'])).stdout).not.toContain(secret);
    for (const name of readdirSync(configDir, { recursive: true, encoding: 'utf8' })) {
      const path = join(configDir, name);
      if (statSync(path).isFile()) expect(readFileSync(path, 'latin1'), name).not.toContain(secret);
    }
    const signed = await rig.run(['webhook', 'sign', '-', '--type', 'application.approved'], { input: '{}' });
    expect(signed).toMatchObject({ code: 0 });
    expect(signed.stdout).toContain('sha256=');
    expect(await rig.run(['config', 'unset', 'webhook_secret'])).toMatchObject({ code: 0 });
    expect(await rig.run(['config', 'get', 'webhook_secret'])).toMatchObject({ code: 2 });
  });

  it.each([
    ['text', []],
    ['JSON', ['--json']],
    ['a filter', ['--jq', '.value']],
  ])('never leave masked into a pipe, where a script would take the mask for them, as %s', async (_, flags) => {
    await rig.run(['config', 'set', 'webhook_secret'], { input: secret });
    const { code, stdout, stderr } = await rig.run(['config', 'get', 'webhook_secret', ...flags]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('config get webhook_secret --reveal');
    expect(stderr).not.toContain(secret);
    const revealed = await rig.run(['config', 'get', 'webhook_secret', '--reveal', ...flags]);
    expect(revealed).toMatchObject({ code: 0, stdout: expect.stringContaining(secret) });
  });

  it.each(['json', 'ndjson', 'csv'])('are null in a list as %s', async (format) => {
    await rig.run(['config', 'set', 'webhook_secret'], { input: secret });
    const { stdout } = await rig.run(['config', 'list', '-o', format]);
    expect(stdout).not.toContain('redacted');
    expect(stdout).toContain('webhook_secret');
  });

  it('are printed in the clear by --reveal alone, exactly as they were stored', async () => {
    await rig.run(['config', 'set', 'webhook_secret'], { input: secret });
    expect((await rig.run(['config', 'get', 'webhook_secret', '--reveal'])).stdout).toBe(`${secret}\n`);
    expect((await rig.run(['config', 'get', 'api_base', '--reveal'])).code).toBe(0);
  });

  it('move with the store to a passphrase and back', async () => {
    const env = { REVENTO_STORE_KEY: 'correct horse battery staple' };
    await rig.run(['config', 'set', 'client_secret'], { input: secret });
    const before = await rig.run(['config', 'get', 'client_secret', '--reveal']);
    const moved = await rig.run(['config', 'set', 'key_store', 'passphrase'], { env });
    expect(moved).toMatchObject({ code: 0 });
    expect(moved.stderr).toContain('1 stored file was re-encrypted');
    expect(await rig.run(['config', 'get', 'client_secret', '--reveal'])).toMatchObject({ code: 1, stdout: '' });
    expect(await rig.run(['config', 'get', 'client_secret', '--reveal'], { env })).toMatchObject({
      stdout: before.stdout,
    });
    expect(await rig.run(['config', 'unset', 'key_store'], { env })).toMatchObject({ code: 0 });
    expect(await rig.run(['config', 'get', 'client_secret', '--reveal'])).toMatchObject({ stdout: before.stdout });
  });

  it('stay where they are when the passphrase is missing', async () => {
    await rig.run(['config', 'set', 'client_secret'], { input: secret });
    const ended = await rig.run(['config', 'set', 'key_store', 'passphrase']);
    expect(ended.code).toBe(1);
    // Nothing is encrypted with one yet, so it is not to be the one of an earlier time.
    expect(ended.stderr).toContain('error: Encrypting with a passphrase needs REVENTO_STORE_KEY, which is not set.');
    expect(ended.stderr).toContain('hint: set REVENTO_STORE_KEY to a passphrase of at least 8 characters');
    expect(await rig.run(['config', 'get', 'key_store'])).toMatchObject({ stdout: 'keyfile\n' });
    expect(await rig.run(['config', 'get', 'client_secret', '--reveal'])).toMatchObject({ code: 0 });
  });
});

describe('doctor on a real machine', () => {
  interface Row {
    readonly check: string;
    readonly status: string;
    readonly message: string;
    readonly remedy: string | null;
  }
  const examine = async (env: Record<string, string> = {}) => {
    const ended = await rig.run(['doctor', '--json'], { env });
    const rows = JSON.parse(ended.stdout) as Row[];
    return { ...ended, of: (check: string) => rows.filter((row) => row.check === check) };
  };

  it.each(['127.0.0.1', '::1'])('finds the callback port taken on %s', async (host) => {
    const port = await freePort();
    const serve = createServe(() => undefined);
    const taken = await serve({
      host,
      port,
      answer: async () => ({ status: 204, headers: [], body: new Uint8Array() }),
    });
    try {
      const { of, code } = await examine({ REVENTO_REDIRECT_URI: `http://localhost:${port}/callback` });
      expect(of('callback')[0]).toMatchObject({ status: 'fail' });
      expect(of('callback')[0]?.remedy).toContain(String(port));
      expect(code).toBe(1);
    } finally {
      await taken.close(0);
    }
  });

  it('leaves the callback port free', async () => {
    const port = await freePort();
    const env = { REVENTO_REDIRECT_URI: `http://localhost:${port}/callback` };
    expect((await examine(env)).of('callback')[0]?.status).toBe('ok');
    expect((await examine(env)).of('callback')[0]?.status).toBe('ok');
  });

  it('finds what a crash left, a loose mode, and changes neither', async () => {
    const store = join(configDir, 'auth', 'default');
    await rig.run(['config', 'set', 'client_secret'], { input: 'a-client-secret-of-the-test' });
    const lock = join(store, 'user-evt_1.lock');
    const gone = { ...ownIdentity(), id: '0123456789abcdef', pid: 2 ** 22 - 1, at: Date.now() };
    writeFileSync(lock, `${JSON.stringify(gone)}\n`, { mode: 0o600 });
    writeFileSync(join(store, 'user-evt_1.json.rescue'), 'x', { mode: 0o600 });
    chmodSync(join(rig.home, 'share', 'revento', 'key'), 0o644);
    const { of, code } = await examine();
    expect(of('locks')[0]).toMatchObject({ status: 'warn' });
    expect(of('locks')[0]?.message).toContain('which has ended');
    expect(of('leftovers')[0]).toMatchObject({ status: 'warn' });
    expect(of('permissions')[0]).toMatchObject({ status: 'fail' });
    expect(code).toBe(1);
    expect(readdirSync(store)).toContain('user-evt_1.lock');
    expect(statSync(join(rig.home, 'share', 'revento', 'key')).mode & 0o777).toBe(0o644);
  });

  it('names who holds a lock', async () => {
    const store = join(configDir, 'auth', 'default');
    mkdirSync(store, { recursive: true, mode: 0o700 });
    const owner = { ...ownIdentity(), id: '0123456789abcdef', at: Date.now() };
    writeFileSync(join(store, 'user-evt_1.lock'), `${JSON.stringify(owner)}\n`, { mode: 0o600 });
    const { of } = await examine();
    expect(of('locks')[0]).toMatchObject({ status: 'ok' });
    expect(of('locks')[0]?.message).toContain(`held by process ${process.pid}`);
    expect(owner.host).toBe(hostname());
  });
});

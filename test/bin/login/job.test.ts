import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registry } from '../../../src/commands/registry.ts';
import { freePort } from '../../support/http/free-port.ts';
import { accessTokenIn, job, tokenAnswer } from '../../support/program/job.ts';
import { ProgramRig, type SandboxReady } from '../../support/program/program-rig.ts';
import { startLine } from '../../support/program/start-words.ts';

/** One sandbox without faults for all tests; each test has a home of its own. */
let host: ProgramRig;
let ready: SandboxReady;
let rig: ProgramRig;

beforeAll(async () => {
  host = new ProgramRig();
  ready = await host.sandbox(['--auto-consent']);
});

afterAll(() => host.close());

beforeEach(() => {
  rig = new ProgramRig();
});

afterEach(() => rig.close());

describe('a job with an access token in its environment', () => {
  it('reads the API and leaves no file behind', async () => {
    const configDir = join(rig.home, 'job');
    const token = accessTokenIn(await tokenAnswer(ready));
    const env = job(ready, { REVENTO_ACCESS_TOKEN: token, REVENTO_CONFIG_DIR: configDir });
    const listed = await rig.run(['participants', 'list', '--json', '--limit', '3'], { env });
    expect(listed).toMatchObject({ code: 0, stderr: expect.any(String) });
    expect(JSON.parse(listed.stdout)).toHaveLength(3);
    expect(existsSync(join(configDir, 'auth'))).toBe(false);
    expect(existsSync(join(configDir, 'data'))).toBe(false);
  });

  it('sees in status that the token is in use, and prints it for curl', async () => {
    const token = accessTokenIn(await tokenAnswer(ready));
    const env = job(ready, { REVENTO_ACCESS_TOKEN: token });
    const status = await rig.run(['status', '--check'], { env });
    expect(status).toMatchObject({ code: 0 });
    expect(status.stdout).toContain('The token in REVENTO_ACCESS_TOKEN');
    expect(status.stdout).toContain('The API: accepted');
    expect(status.stdout).not.toContain(token);
    expect(await rig.run(['token', '--min-ttl', '30m'], { env })).toMatchObject({ code: 0, stdout: `${token}\n` });
  });

  it('ends with 4, names the variable, and refreshes nothing when the token is refused', async () => {
    const env = job(ready, { REVENTO_ACCESS_TOKEN: 'rev_install_not-a-token' });
    const ended = await rig.run(['events', 'get'], { env });
    expect(ended).toMatchObject({ code: 4, stdout: '' });
    expect(ended.stderr).toContain('hint: put a fresh token into REVENTO_ACCESS_TOKEN, or unset it');
  });

  it('is warned of an empty variable, which counts as unset', async () => {
    const ended = await rig.run(['events', 'get'], { env: job(ready, { REVENTO_ACCESS_TOKEN: '' }) });
    expect(ended.code).toBe(4);
    expect(ended.stderr).toContain('warning: REVENTO_ACCESS_TOKEN is empty and counts as unset');
    expect(ended.stderr).toContain(`hint: run: revento login --event ${ready.event_id}`);
  });
});

describe('a job with a configuration directory on a volume and a passphrase', () => {
  const passphrase = 'correct horse battery staple';

  it('takes a token answer from stdin once, and reads the API in later runs', async () => {
    const volume = join(rig.home, 'volume');
    const env = job(ready, { REVENTO_CONFIG_DIR: volume, REVENTO_STORE_KEY: passphrase });
    const answer = await tokenAnswer(ready);
    expect(await rig.run(['login', '--with-token'], { env, input: answer })).toMatchObject({ code: 0 });

    const status = await rig.run(['status', '--json'], { env });
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({
      store: { path: join(volume, 'auth'), protection: 'passphrase' },
      logins: [{ event_id: ready.event_id, kind: 'installation', state: 'active', default: true }],
    });
    const listed = await rig.run(['participants', 'list', '-o', 'ndjson', '--limit', '2'], { env });
    expect(listed).toMatchObject({ code: 0 });
    expect(listed.stdout.trim().split('\n')).toHaveLength(2);

    for (const name of readdirSync(volume, { recursive: true, encoding: 'utf8' })) {
      const path = join(volume, name);
      if (!statSync(path).isFile()) continue;
      expect(statSync(path).mode & 0o777, name).toBe(0o600);
      expect(readFileSync(path, 'latin1'), name).not.toContain(accessTokenIn(answer));
    }
  });

  it.each([
    ['without the passphrase', {}, 'REVENTO_STORE_KEY is not set'],
    ['with another one', { REVENTO_STORE_KEY: 'something else' }, 'REVENTO_STORE_KEY is not the passphrase'],
  ])('cannot be read %s, and is kept', async (_, other, message) => {
    const volume = { REVENTO_CONFIG_DIR: join(rig.home, 'volume') };
    const env = job(ready, { ...volume, REVENTO_STORE_KEY: passphrase });
    await rig.run(['login', '--with-token'], { env, input: await tokenAnswer(ready) });
    const ended = await rig.run(['token'], { env: job(ready, { ...volume, ...other }) });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).toContain('hint: set REVENTO_STORE_KEY to the passphrase it was stored with');
    expect(await rig.run(['token'], { env })).toMatchObject({ code: 0 });
  });

  it('refreshes and keeps the new tokens for the next run', async () => {
    const env = job(ready, { REVENTO_CONFIG_DIR: join(rig.home, 'volume'), REVENTO_STORE_KEY: passphrase });
    await rig.run(['login', '--with-token'], { env, input: await tokenAnswer(ready) });
    const first = await rig.run(['token'], { env });
    expect(await rig.run(['token', 'refresh'], { env })).toMatchObject({ code: 0 });
    const second = await rig.run(['token'], { env });
    expect(second.stdout).not.toBe(first.stdout);
    expect(await rig.run(['events', 'get', '--json'], { env })).toMatchObject({ code: 0 });
  });
});

describe('`revento token` in a shell', () => {
  it('is what curl needs', async () => {
    const env = job(ready);
    await rig.run(['login', '--with-token'], { env, input: await tokenAnswer(ready) });
    const { stdout } = await rig.run(['token', '--min-ttl', '10m'], { env });
    expect(stdout).toMatch(/^\S+\n$/);
    const answer = await fetch(`${ready.api_base}/events/${ready.event_id}`, {
      headers: { Authorization: `Bearer ${stdout.trim()}`, Accept: 'application/vnd.revento.v1+json' },
    });
    expect(answer.status).toBe(200);
  });

  it('refreshes first when what is left is less than asked for', async () => {
    const faulty = await rig.sandbox(['--auto-consent', '--access-ttl', '10m']);
    const env = job(faulty);
    await rig.run(['login', '--with-token'], { env, input: await tokenAnswer(faulty) });
    const [plain, again, longer] = [
      await rig.run(['token'], { env }),
      await rig.run(['token', '--min-ttl', '5m'], { env }),
      await rig.run(['token', '--min-ttl', '10m'], { env }),
    ];
    expect(again.stdout).toBe(plain.stdout);
    expect(longer.code).toBe(0);
    expect(longer.stdout).not.toBe(plain.stdout);
  });

  it('prints nothing and ends with 1 when no token lives that long', async () => {
    const faulty = await rig.sandbox(['--auto-consent', '--access-ttl', '10m']);
    const env = job(faulty);
    await rig.run(['login', '--with-token'], { env, input: await tokenAnswer(faulty) });
    const ended = await rig.run(['token', '--min-ttl', '2h'], { env });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('less than --min-ttl 2h');
  });

  it('gives machines an error line in JSON and nothing on stdout', async () => {
    const ended = await rig.run(['token', '--json'], { env: { CI: 'true', REVENTO_EVENT: 'evt_1' } });
    expect(ended).toMatchObject({ code: 4, stdout: '' });
    expect(JSON.parse(ended.stderr)).toEqual({
      error: {
        code: 'not_logged_in',
        message: expect.any(String),
        status: null,
        request_id: null,
        hint: expect.stringMatching(/^run: revento login --event evt_1; .*\(CI\).*REVENTO_ACCESS_TOKEN/),
      },
    });
  });
});

describe('where nobody can answer', () => {
  it.each([
    [['config', 'set', 'client_id'], 'config set client_id VALUE'],
    [['config', 'set', 'client_secret'], 'revento config set client_secret'],
    [['login', '--event', 'evt_1'], 'set BROWSER to a program that gives consent'],
    [['logout'], 'revento status'],
  ])('%j names what is missing instead of asking', async (args, named) => {
    const ended = await rig.run([...args, '--no-input'], { env: { CI: 'true' } });
    expect(ended.code).toBeGreaterThan(0);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain(named);
  });

  it('keeps a profile with logins, and names the flag', async () => {
    await rig.run(['login', '--with-token'], { env: job(ready), input: await tokenAnswer(ready) });
    const ended = await rig.run(['profile', 'remove', 'default', '--no-input'], { env: job(ready) });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('revento profile remove default --yes');
    expect(await rig.run(['token'], { env: job(ready) })).toMatchObject({ code: 0 });
  });

  it.each(
    registry.map((entry) => [entry.name] as const).filter(([name]) => !/^(sandbox start|webhook listen)$/.test(name)),
  )('%s ends by itself', async (name) => {
    const ended = await rig.run([...name.split(' '), '--no-input']);
    expect(ended.signal).toBeNull();
    expect(ended.code).not.toBeNull();
    // `doctor` tells what is wrong on stdout: that is its result.
    if (ended.code !== 0 && name !== 'doctor') expect(ended.stderr).toContain('error: ');
  });
});

describe('exit statuses a job can branch on', () => {
  it('4 without a login, with the command that fixes it', async () => {
    const ended = await rig.run(['participants', 'list'], { env: job(ready) });
    expect(ended).toMatchObject({ code: 4, stdout: '' });
    expect(ended.stderr).toContain(`hint: run: revento login --event ${ready.event_id}`);
  });

  it('4 after the consent was withdrawn, and no further request', async () => {
    const faulty = await rig.sandbox(['--auto-consent', '--fault', 'api:revoked']);
    const env = job(faulty);
    await rig.run(['login', '--with-token'], { env, input: await tokenAnswer(faulty) });
    const first = await rig.run(['events', 'get'], { env });
    const second = await rig.run(['events', 'get', '--verbose'], { env });
    expect([first.code, second.code]).toEqual([4, 4]);
    expect(second.stderr).not.toContain('> GET');
    expect(second.stderr).toContain(`revento login --event ${faulty.event_id}`);
    expect(await rig.run(['status'], { env })).toMatchObject({ code: 4 });
  });

  it('5 when the server asks to come back later than the job wants to wait', async () => {
    const faulty = await rig.sandbox(['--auto-consent', '--fault', 'api:429=100']);
    const env = job(faulty);
    await rig.run(['login', '--with-token'], { env, input: await tokenAnswer(faulty) });
    const ended = await rig.run(['events', 'get', '--max-wait', '0s'], { env });
    expect(ended).toMatchObject({ code: 5, stdout: '' });
    expect(ended.stderr).toContain('hint: try again');
  });

  it('1 from doctor when something fails, with every finding as data', async () => {
    const ended = await rig.run(['doctor', '--json'], { env: { CI: 'true' } });
    expect(ended.code).toBe(1);
    const findings = JSON.parse(ended.stdout) as { check: string; status: string }[];
    expect(findings.find(({ check }) => check === 'api_base')).toMatchObject({ status: 'fail' });
  });

  it('0 from doctor when all is in order', async () => {
    const env = job(ready, {
      REVENTO_WEBHOOK_SECRET: 'a-webhook-secret-of-the-test',
      REVENTO_REDIRECT_URI: `http://localhost:${await freePort()}/callback`,
    });
    await rig.run(['login', '--with-token'], { env, input: await tokenAnswer(ready) });
    const ended = await rig.run(['doctor', '--json', '--jq', '.[] | select(.status == "fail")'], { env });
    expect(ended).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('what other processes can see', () => {
  it('secrets are not in the arguments of anything the program runs', async () => {
    const processes = execFileSync('ps', ['-ww', '-eo', 'args'], { encoding: 'utf8' });
    expect(processes).toContain('sandbox start');
    expect(processes).not.toContain(ready.client_secret);
  });

  it('a store under umask 000 is still for one user only', async () => {
    const answerFile = join(rig.home, 'answer.json');
    mkdirSync(join(rig.home, 'open'));
    writeFileSync(answerFile, await tokenAnswer(ready), { mode: 0o600 });
    const env = { ...rig.env, ...job(ready), REVENTO_CONFIG_DIR: join(rig.home, 'open', 'store') };
    const command = `umask 000; ${startLine} login --with-token < "${answerFile}"`;
    execFileSync('sh', ['-c', command], { env, stdio: 'pipe' });
    const store = join(rig.home, 'open', 'store');
    for (const name of ['.', ...readdirSync(store, { recursive: true, encoding: 'utf8' })]) {
      expect(statSync(join(store, name)).mode & 0o077, name).toBe(0);
    }
  });
});

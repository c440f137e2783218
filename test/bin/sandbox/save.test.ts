import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { consentingBrowser, ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

const login = () => rig.run(['-p', 'sandbox', 'login'], { env: { BROWSER: consentingBrowser() } });

describe('a saved sandbox', () => {
  it('continues with its login, its people and its credentials', async () => {
    const port = ['--port', String(await freePort())];
    const redirect = ['--redirect-uri', `http://localhost:${await freePort()}/callback`];
    const first = rig.start(['sandbox', 'start', '-o', 'ndjson', ...port, ...redirect]);
    const [ready] = await first.until('stdout', /^\{"type":"ready".*\}$/m);
    expect((await login()).code).toBe(0);
    const added = await rig.run(['sandbox', 'do', 'apply', '--set', 'first_name=Ada', '--json']);
    const [{ subject }] = JSON.parse(added.stdout);
    const file = join(rig.home, 'evening.json');
    const saved = await rig.run(['sandbox', 'save', file]);
    expect([saved.code, saved.stdout]).toEqual([0, expect.stringContaining(`sandbox start --load ${file}`)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    first.kill('SIGINT');
    await first.ended;

    const second = await rig.sandbox(['--load', file, ...port, ...redirect]);
    expect(second.client_secret).toBe(JSON.parse(ready).client_secret);
    const people = await rig.run(['-p', 'sandbox', 'participants', 'list', '--all', '--jq', '.[-1].id']);
    expect([people.code, people.stdout.trim()]).toEqual([0, subject.id]);
    expect((await rig.run(['-p', 'sandbox', 'token', 'refresh'])).code).toBe(0);
  });

  it.each([
    ['a file that is not there', null, 'ENOENT'],
    ['a file that is not JSON', 'x', 'it is not valid JSON'],
    ['a file of another kind', '{"version":7}', '"version" must be 1, not 7'],
  ])('refuses %s', async (_what, text, problem) => {
    const file = join(rig.home, 'other.json');
    if (text !== null) writeFileSync(file, text);
    const { code, stdout, stderr } = await rig.run(['sandbox', 'start', '--port', '0', '--load', file]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(problem);
    expect(stderr).toContain('hint: pass a file written by `revento sandbox save`');
  });

  it('leaves the old file when the new one cannot be written', async () => {
    await rig.sandbox();
    const { code, stderr } = await rig.run(['sandbox', 'save', '/dev/full']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('ENOSPC')]);
  });
});

describe('sandbox status', () => {
  it('says where it runs, who is connected, and what time it is there', async () => {
    const { auth_base: authBase } = await rig.sandbox(['--fault', 'api:slow=1ms']);
    expect((await login()).code).toBe(0);
    await rig.run(['sandbox', 'clock', 'advance', '1d']);
    const { code, stdout } = await rig.run(['sandbox', 'status']);
    expect(code).toBe(0);
    expect(stdout).toContain(`✓ running at ${authBase}, started`);
    expect(stdout).toContain(
      'Connected: organizer of evt_test_published (event.read, participants.read, program.read)',
    );
    expect(stdout).toContain('Faults: api:slow=1ms');
    const { stdout: json } = await rig.run(['sandbox', 'status', '--json']);
    expect(JSON.parse(json)).toMatchObject({
      auth_base: authBase,
      connections: [{ kind: 'installation' }],
      happenings: 1,
    });
  });

  it('fails where none runs, and says how to start one', async () => {
    const { code, stdout, stderr } = await rig.run(['sandbox', 'status']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('revento sandbox start');
  });
});

describe('sandbox env', () => {
  it('sets a shell up, secrets included, although nothing in a value is read as a command', async () => {
    const { client_secret: secret, auth_base: authBase } = await rig.sandbox();
    const { code, stdout } = await rig.run(['sandbox', 'env']);
    expect(code).toBe(0);
    const shell = spawnSync(
      'sh',
      ['-c', 'eval "$1"; printf "%s %s" "$REVENTO_CLIENT_SECRET" "$REVENTO_AUTH_BASE"', 'sh', stdout],
      {
        encoding: 'utf8',
      },
    );
    expect(shell.stdout).toBe(`${secret} ${authBase}`);
  });

  it('is what the control API opens to', async () => {
    const { auth_base: authBase } = await rig.sandbox();
    const { stdout } = await rig.run(['sandbox', 'env', '--format', 'json']);
    const { REVENTO_SANDBOX_KEY: key } = JSON.parse(stdout);
    const answer = await fetch(`${authBase}/_sandbox/v1/status`, { headers: { authorization: `Bearer ${key}` } });
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ suspended: false })]);
  });

  it('writes an env file that --write-env would write, and the key', async () => {
    const file = join(rig.home, '.env');
    await rig.sandbox(['--write-env', file]);
    const { stdout } = await rig.run(['sandbox', 'env', '--format', 'dotenv']);
    const names = (text: string) => text.split('\n').map((line) => line.split('=')[0]);
    expect(names(stdout)).toEqual(expect.arrayContaining(names(readFileSync(file, 'utf8').trim())));
  });

  it('refuses a form it does not know', async () => {
    const { code, stderr } = await rig.run(['sandbox', 'env', '--format', 'fsih']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('did you mean fish?')]);
  });
});

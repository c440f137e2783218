import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withReason } from '../../support/program/needs.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { onlyWithNode, startOf } from '../../support/program/start-words.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

const secret = { REVENTO_WEBHOOK_SECRET: 'whsec_0123456789abcdef0123' };

/** What needs neither settings nor a directory. */
const needless: readonly (readonly string[])[] = [
  ['--help'],
  ['webhook', 'listen', '--help'],
  ['help', 'output'],
  ['completion', 'bash'],
  ['__complete', '--current=sta'],
  ['webhook', 'events'],
  ['webhook', 'events', '--jq', '.[0]'],
  ['webhook', 'sign', '/etc/hostname'],
  ['webhook', 'check', '--list'],
  ['sandbox', 'exec', '--', 'true'],
  ['config', 'list'],
  ['config', 'path'],
];

describe.skipIf(process.platform !== 'linux')('a user without a home directory', () => {
  /** A user id that the system does not know. */
  const stranger = process.geteuid?.() === 0 ? { uid: 54_321, gid: 54_321 } : {};
  const run = (words: readonly string[], env: Record<string, string> = {}) => {
    const { PATH = '' } = rig.env;
    const { status, stdout, stderr } = spawnSync(...startOf(words), {
      ...stranger,
      cwd: '/',
      env: { NODE_DISABLE_COMPILE_CACHE: '1', PATH, ...env },
      encoding: 'utf8',
      // A hang of its system calls lets no gentler signal through.
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    return { code: status, stdout, stderr };
  };

  it.each(needless)('can use %s %s %s %s', (...words) => {
    expect(run(words, secret)).toMatchObject({ code: 0 });
  });

  it.each(['REVENTO_CONFIG_DIR', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'HOME'])(
    'gets an error if %s leads to /proc, where nothing can be written',
    (name) => {
      const { code, stderr } = run(['config', 'set', 'client_id', 'abc'], { HOME: '/proc', [name]: '/proc/revento' });
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('/proc') });
    },
  );

  it('can read the API with REVENTO_ACCESS_TOKEN', async () => {
    const server = createServer((_request, response) => response.end('{"id":"evt_1"}')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
      const words = ['events', 'get', '-e', 'evt_1', '--json'];
      const env = { PATH: rig.env['PATH'], REVENTO_API_BASE: base, REVENTO_ACCESS_TOKEN: 'rev_install_1' };
      const { stdout } = await promisify(execFile)(...startOf(words), { ...stranger, cwd: '/', env });
      expect(stdout).toContain('evt_1');
    } finally {
      server.close();
    }
  });

  it.each(needless)('is meant by HOME=/dev/null, too: %s %s %s %s', (...words) => {
    expect(run(words, { ...secret, HOME: '/dev/null' })).toMatchObject({ code: 0 });
  });

  it.each(['/dev/null', '/proc/self/nowhere'])('gets an error immediately if HOME=%s cannot be written', (HOME) => {
    const { code, stderr } = run(['config', 'set', 'output', 'json'], { HOME });
    expect(stderr).toMatch(/^error: (This user has no home directory|cannot use the directory)/);
    expect([1, 2]).toContain(code);
  });

  it('is reported by doctor', () => {
    const { stdout } = run(['doctor', '--json']);
    expect(stdout).toContain('This user has no home directory');
  });

  it.each(['doctor', 'status'])('is shown no made-up path by %s', (word) => {
    const { stdout, stderr } = run([word]);
    expect(stdout + stderr).toMatch(/no home directory/);
    expect(stdout + stderr).not.toContain('/dev/null');
  });

  it.each([
    ['config', 'set', 'client_id', 'x'],
    ['profile', 'use', 'default'],
    ['login', '--with-token', '-e', 'evt_1', '--client-id', 'x'],
  ])('is reported by %s, which must write', (...words) => {
    const { status, stderr } = spawnSync(...startOf(words), {
      ...stranger,
      cwd: '/',
      env: { PATH: rig.env['PATH'] },
      input: '{"access_token":"rev_install_1"}',
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining('no home directory')]);
    expect(stderr).toContain('hint: set REVENTO_CONFIG_DIR');
  });
});

const onlyNode = onlyWithNode('Bun itself refuses to start in a directory that was removed');

describe.skipIf(process.platform !== 'linux' || onlyNode !== null)(
  withReason('in a directory that was removed', onlyNode),
  () => {
    const run = (words: readonly string[], env: Record<string, string> = {}) => {
      const gone = join(rig.home, 'gone');
      mkdirSync(gone);
      const script = 'cd "$0" && rmdir "$0" && exec "$@"';
      const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', script, gone, ...startOf(words).flat()], {
        env: { ...rig.env, ...secret, ...env },
        encoding: 'utf8',
      });
      return { code: status, stdout, stderr };
    };
    const told = 'The current directory no longer exists; cd somewhere else.';

    it.each([...needless, ['config', 'set', 'client_id', 'x'], ['profile', 'list']])(
      '%s %s %s %s works',
      (...words) => {
        expect(run(words)).toMatchObject({ code: 0 });
      },
    );

    it.each([
      ['webhook', 'sign', 'body.json'],
      ['webhook', 'replay', 'r.ndjson', '--to', '9'],
      ['webhook', 'trigger', 'application.approved', '--to', '9', '--data', '@data.json'],
      ['webhook', 'listen', '--port', '0', '--timeout', '1s', '--record', 'r.ndjson'],
      ['sandbox', 'start', '--port', '0', '--write-env', '.env'],
    ])('%s %s with a relative path says so in one line', (...words) => {
      expect(run(words)).toMatchObject({ code: 1, stderr: expect.stringContaining(`error: ${told}\n`) });
    });

    it('a relative REVENTO_CONFIG_DIR says so, with --json as JSON', () => {
      const ended = run(['config', 'list', '--json'], { REVENTO_CONFIG_DIR: 'here' });
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(JSON.parse(ended.stderr)).toMatchObject({ error: { message: told } });
    });
  },
);

describe('broken settings', () => {
  const path = () => join(rig.home, 'config/revento/config.json');
  const write = (content: string) => {
    mkdirSync(join(rig.home, 'config/revento'), { recursive: true });
    writeFileSync(path(), content, { mode: 0o600 });
  };
  const withSettings = (settings: object) => write(JSON.stringify({ profiles: { default: settings } }));

  it.each([
    ['output', 'yaml', 'json', 'webhook events'],
    ['default_event', 'a b', 'evt_1', 'events get'],
  ])('with an invalid %s are repaired by config', async (name, invalid, valid, needing) => {
    withSettings({ [name]: invalid, client_id: 'app' });
    for (const words of [
      ['config', 'get', 'client_id'],
      ['config', 'path'],
      ['profile', 'list'],
    ]) {
      expect([words, (await rig.run(words)).code]).toEqual([words, 0]);
    }
    const list = await rig.run(['config', 'list']);
    expect([list.code, list.stderr]).toEqual([0, expect.stringMatching(`^warning: .*${name}`)]);
    expect((await rig.run(needing.split(' '))).stderr).toContain(`run: revento config set ${name} VALUE`);
    expect((await rig.run(['config', 'set', name, valid])).code).toBe(0);
    expect(await rig.run(['config', 'list'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('with an invalid value are repaired by config unset', async () => {
    withSettings({ output: 'yaml' });
    expect((await rig.run(['config', 'unset', 'output'])).code).toBe(0);
    expect((await rig.run(['webhook', 'events'])).code).toBe(0);
  });

  it('with an invalid chosen profile are repaired by profile use', async () => {
    write('{"default_profile":"../x","profiles":{}}');
    expect((await rig.run(['profile', 'use', 'default'])).code).toBe(0);
    expect(await rig.run(['config', 'list'])).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['line 3', '{\n  "profiles": {}\n  "default_profile": "x"\n}'],
    ['profiles."default" is not an object', '{"profiles":{"default":[]}}'],
  ])('that cannot be read are named by config and doctor with %s, and kept', async (where, content) => {
    write(content);
    for (const words of [['config', 'list'], ['config', 'path'], ['doctor']]) {
      const { stderr, stdout } = await rig.run(words);
      expect([words, `${stdout}${stderr}`]).toEqual([words, expect.stringContaining(where)]);
    }
    expect((await rig.run(['config', 'path'])).stdout).toBe(`${path()}\n`);
    const { code, stderr } = await rig.run(['config', 'set', 'client_id', 'x']);
    expect([code, stderr]).toEqual([1, expect.stringContaining(where)]);
    expect(existsSync(path())).toBe(true);
  });
});

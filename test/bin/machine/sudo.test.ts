import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

/** Whose home it is; the tests are root. */
const user = 12_345;

let rig: ProgramRig;
let home: string;
/** A place of root that the user may enter, as /etc is. */
let rootsOwn: string;
let env: Record<string, string>;

beforeEach(() => {
  rig = new ProgramRig();
  chmodSync(rig.home, 0o755);
  home = join(rig.home, 'user');
  rootsOwn = join(rig.home, 'etc');
  for (const directory of [join(home, 'config'), join(home, 'share'), rootsOwn])
    mkdirSync(directory, { recursive: true });
  execFileSync('chown', ['-R', `${user}:${user}`, home]);
  env = {
    HOME: home,
    REVENTO_CLIENT_ID: 'client',
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'share'),
    XDG_STATE_HOME: join(home, 'state'),
  };
});
afterEach(() => rig.close());

const config = (...names: string[]) => join(home, 'config', 'revento', ...names);
const run = (args: readonly string[], input = '') => rig.run(args, { env, input });
const logIn = () => run(['login', '--with-token'], '{"access_token":"rev_install_1","event_id":"evt_1"}');

/** What the user plants: a link that belongs to them. */
function plantLink(target: string, path: string): void {
  execFileSync('mkdir', ['-p', join(path, '..')]);
  symlinkSync(target, path);
  execFileSync('chown', ['-hR', `${user}:${user}`, home]);
}

function stateOf(path: string): object {
  const { uid, gid, mode } = statSync(path);
  return { uid, gid, mode, content: statSync(path).isFile() ? readFileSync(path, 'utf8') : readdirSync(path) };
}

/** Every command that touches what is stored. */
const touch = async () => {
  for (const args of [
    ['status'],
    ['config', 'set', 'client_id', 'x'],
    ['config', 'set', 'client_secret'],
    ['doctor'],
    ['logout', '--all'],
  ]) {
    await run(args, 'some-secret-value');
  }
  await logIn();
  await run(['token']);
};

describe.runIf(process.geteuid?.() === 0)('run by root in the home of a user', () => {
  it('all that is made belongs to the user', async () => {
    expect((await run(['config', 'set', 'client_id', 'x'])).code).toBe(0);
    expect((await run(['config', 'set', 'client_secret'], 'some-secret-value')).code).toBe(0);
    expect((await logIn()).code).toBe(0);
    expect((await run(['token'])).stdout).toBe('rev_install_1\n');
    const all = readdirSync(home, { recursive: true, encoding: 'utf8' });
    expect(all).toContain('share/revento/key');
    expect(all.filter((name) => lstatSync(join(home, name)).uid !== user)).toEqual([]);
    expect((await run(['logout'])).code).toBe(0);
  });

  it.each([
    'config.json',
    'auth/default/secrets.json',
    'auth/default/installation-evt_1.json',
    'config.lock',
    'auth/default/secrets.lock',
  ])('a link in the place of %s changes nothing of what it leads to', async (name) => {
    const target = join(rootsOwn, 'file');
    writeFileSync(target, '{"profiles":{}}', { mode: 0o644 });
    chmodSync(target, 0o666);
    chmodSync(target, 0o644);
    plantLink(target, config(name));
    const before = stateOf(target);
    await touch();
    expect(stateOf(target)).toEqual(before);
    expect(readdirSync(rootsOwn)).toEqual(['file']);
  });

  it('a link in the place of config.json that leads to a file of root alone shows nothing of it', async () => {
    const target = join(rootsOwn, 'file');
    writeFileSync(target, '{"profiles":{"default":{"client_id":"of-root"}}}', { mode: 0o600 });
    plantLink(target, config('config.json'));
    const { code, stdout } = await run(['config', 'get', 'client_id']);
    expect([code, stdout]).not.toEqual([0, 'of-root\n']);
  });

  it.each([
    'config/revento',
    'config/revento/auth',
    'config/revento/auth/default',
    'share/revento',
    'config/revento/pace',
  ])('a link in the place of the directory %s changes nothing of what it leads to', async (name) => {
    chmodSync(rootsOwn, 0o755);
    plantLink(rootsOwn, join(home, name));
    const before = stateOf(rootsOwn);
    await touch();
    expect(stateOf(rootsOwn)).toEqual(before);
  });

  it('a link that root made to a place of the user is followed with the rights of the user', async () => {
    const link = join(rig.home, 'link');
    symlinkSync(join(home, 'config'), link);
    env = { ...env, XDG_CONFIG_HOME: link };
    expect((await run(['config', 'set', 'client_id', 'x'])).code).toBe(0);
    expect(statSync(config('config.json')).uid).toBe(user);
  });

  it('a place of root in which everybody may write stays with root', async () => {
    const open = join(rig.home, 'open');
    mkdirSync(open);
    chownSync(open, 0, 0);
    chmodSync(open, 0o1777);
    env = { ...env, REVENTO_CONFIG_DIR: open };
    expect((await run(['config', 'set', 'client_id', 'x'])).code).toBe(0);
    expect(statSync(join(open, 'config.json'))).toMatchObject({ uid: 0 });
    expect(existsSync(config())).toBe(false);
  });
});

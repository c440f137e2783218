import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

const env = { REVENTO_CLIENT_ID: 'client' };
const run = (words: readonly string[], input = '') => rig.run(words, { env, input });
const logIn = () => run(['login', '--with-token'], '{"access_token":"rev_install_1","event_id":"evt_1"}');

const ours = {
  settings: 'config/revento/config.json',
  'lock of the settings': 'config/revento/config.lock',
  key: 'share/revento/key',
  login: 'config/revento/auth/default/installation-evt_1.json',
  'copy of a login': 'config/revento/auth/default/installation-evt_1.json.next',
  'lock of a login': 'config/revento/auth/default/installation-evt_1.lock',
  secrets: 'config/revento/auth/default/secrets.json',
} as const;

const commands: readonly (readonly string[])[] = [
  ['status'],
  ['doctor'],
  ['token'],
  ['config', 'list'],
  ['profile', 'list'],
  ['__complete', '--current='],
  ['__complete', 'status', '--profile', '--current='],
];

describe.skipIf(process.platform === 'win32')('a named pipe in the place of our', () => {
  it.each(Object.entries(ours))('%s keeps no command from ending', async (_what, name) => {
    expect((await logIn()).code).toBe(0);
    const path = join(rig.home, name);
    rmSync(path, { force: true });
    mkdirSync(dirname(path), { recursive: true });
    execFileSync('mkfifo', [path]);
    for (const words of commands) expect([words, (await run(words)).signal]).toEqual([words, null]);
  });

  it.each([
    ['settings', ['status'], 'is a named pipe, not a file'],
    ['key', ['token'], 'is damaged: it is a named pipe'],
    ['login', ['token'], 'is damaged'],
    ['lock of the settings', ['config', 'set', 'client_id', 'x'], 'is a named pipe, not a file'],
    ['lock of a login', ['logout'], 'is a named pipe, not a file'],
  ] as const)('%s is named, with what to do about it', async (what, words, text) => {
    await logIn();
    const path = join(rig.home, ours[what]);
    rmSync(path, { force: true });
    execFileSync('mkfifo', [path]);
    const { code, stderr } = await run(words);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${path} ${text}`)]);
    expect(stderr).toContain('hint: ');
  });
});

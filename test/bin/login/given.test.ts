import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tokenFields } from '../../support/oauth/token-fields.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(async () => {
  await rig.close();
  for (const close of closing.splice(0)) await close();
});

describe('without what it needs', () => {
  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['an event', [], { REVENTO_CLIENT_ID: 'c' }, /--event/],
    ['a client id', ['--event', 'evt_1'], {}, /REVENTO_CLIENT_ID/],
  ])('(%s) it ends with 2 and says how to give it', async (_what, flags, env, words) => {
    const { code, stdout, stderr } = await rig.run(['login', ...flags], { env });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(words);
  });
});

describe('--with-token', () => {
  it('stores tokens from stdin', async () => {
    const env = { REVENTO_CLIENT_ID: 'c', REVENTO_AUTH_BASE: 'https://auth.test' };
    const body = tokenFields({ expires_in: 3600 });
    const done = await rig.run(['login', '--with-token', '--json'], { env, input: JSON.stringify(body) });
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({ event_id: 'evt_1', scope: ['event.read'] });
    expect(done.stdout + done.stderr).not.toContain(body.access_token);
    expect((await rig.run(['token', '--event', 'evt_1'], { env })).stdout.trim()).toBe(body.access_token);
  });

  it('ends with 2 on anything else, and repeats nothing of it', async () => {
    const done = await rig.run(['login', '--with-token'], {
      env: { REVENTO_CLIENT_ID: 'c' },
      input: 'canary-of-the-test',
    });
    expect(done.code).toBe(2);
    expect(done.stdout + done.stderr).not.toContain('canary-of-the-test');
  });
});

it('takes no secret, code or token as a command-line value, and no way to switch TLS off', async () => {
  const { stdout } = await rig.run(['login', '--help']);
  const flags = [...stdout.matchAll(/--[a-z-]+(?: <[a-z]+>)?/g)].map(([flag]) => flag);
  expect(flags).toContain('--redirect-uri <uri>');
  expect(flags.filter((flag) => /secret|code|insecure|tls|verify|(token|password) </.test(flag))).toEqual([]);
});

it.each([
  ['login --with-token', ['login', '--with-token']],
  ['config set client_secret', ['config', 'set', 'client_secret']],
])('%s gives up waiting for an input that does not end on one Ctrl-C', async (_, command) => {
  // The warning of an empty variable shows that the program listens for signals.
  const running = rig.start(command, { input: null, env: { REVENTO_SCOPE: '' } });
  await running.until('stderr', /counts as unset/);
  running.kill('SIGINT');
  const { code, stdout } = await running.ended;
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
});

import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';

let rig: ProgramRig;
beforeEach(async () => {
  rig = new ProgramRig();
  const env = { REVENTO_CLIENT_ID: 'c', REVENTO_AUTH_BASE: 'https://auth.test' };
  const token = () => randomBytes(24).toString('base64url');
  const input = JSON.stringify({
    access_token: token(),
    refresh_token: token(),
    event_id: 'evt_1',
    scope: 'event.read participants.read',
  });
  const login = await rig.run(['-p', 'sandbox', 'login', '--with-token'], { env, input });
  expect(login.code).toBe(0);
  const secret = await rig.run(['-p', 'sandbox', 'config', 'set', 'webhook_secret'], { input: token() });
  expect(secret.code).toBe(0);
});
afterEach(() => rig.close());

async function advice(args: readonly string[]): Promise<{ code: number | null; message: string; hint: string }> {
  const { code, stdout, stderr } = await rig.run([...args, '-o', 'ndjson']);
  if (!args.includes('status') || args.includes('-p')) expect(stdout).toBe('');
  return { ...JSON.parse(stderr).error, code };
}

it.each<[string[], number, string]>([
  [['participants', 'list'], 4, 'revento -p sandbox participants list'],
  [['status'], 4, 'revento -p sandbox status'],
  [['logout'], 1, 'revento -p sandbox logout'],
  [['webhook', 'listen'], 2, 'revento -p sandbox webhook listen'],
  [['webhook', 'check', '3999'], 2, 'revento -p sandbox webhook check'],
  [['webhook', 'trigger', 'application.approved', '--to', '3000'], 2, 'revento -p sandbox webhook trigger'],
])('%j without -p names the profile that has what it needs', async (args, exit, command) => {
  const { code, hint } = await advice(args);
  expect(code).toBe(exit);
  // The format is an argument as well, so an ellipsis stands where the arguments go.
  expect(hint).toMatch(new RegExp(`^profile "sandbox" has one: ${command} …; or `));
});

it.each<[string[], number, string, string]>([
  [['webhook', 'listen', '-p', '3000'], 2, '3000', 'use --port 3000'],
  [['-p', 'sandbx', 'participants', 'list'], 2, 'sandbx', 'did you mean sandbox?'],
  [['-p', 'sandbx', 'token'], 2, 'sandbx', 'did you mean sandbox?'],
  [['-p', 'sandbx', 'status'], 2, 'sandbx', 'did you mean sandbox?'],
  [['-p', '4010', 'status'], 2, '4010', '-p is short for --profile'],
  [['-p', 'sandbx', 'login'], 2, 'sandbx', 'did you mean sandbox?'],
  [['-p', 'sandbx', 'logout'], 2, 'sandbx', 'did you mean sandbox?'],
])('%j says that there is no such profile', async (args, exit, profile, words) => {
  const { code, message, hint } = await advice(args);
  expect({ code, message }).toEqual({ code: exit, message: `There is no profile "${profile}".` });
  expect(hint).toContain(words);
});

it('status shows which other profiles have a login, and still ends with 4', async () => {
  const { code, stdout } = await rig.run(['status']);
  expect(code).toBe(4);
  expect(stdout).toMatch(/^Other profiles with a login .*:\n {2}- sandbox: evt_1 \(organizer\)$/m);
  const json = JSON.parse((await rig.run(['status', '--json'])).stdout);
  expect(json).toMatchObject({
    logins: [],
    other_profiles: [{ profile: 'sandbox', logins: [{ event_id: 'evt_1', kind: 'installation' }] }],
  });
  const own = await rig.run(['-p', 'sandbox', 'status']);
  expect({ code: own.code, hasOthers: own.stdout.includes('Other profiles') }).toEqual({ code: 0, hasOthers: false });
});

it('before there was any sandbox, its profile is made by one', async () => {
  const empty = new ProgramRig();
  try {
    for (const args of [['login'], ['webhook', 'listen'], ['participants', 'list']]) {
      const { stderr } = await empty.run(['-p', 'sandbox', ...args]);
      expect(stderr).toBe(
        'error: There is no profile "sandbox".\nhint: a sandbox creates it; run: revento sandbox start\n',
      );
    }
  } finally {
    await empty.close();
  }
});

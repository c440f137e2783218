import { randomUUID } from 'node:crypto';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefreshRig } from '../../support/store/refresh-rig.ts';

let rig: RefreshRig;
beforeEach(async () => {
  rig = await RefreshRig.start();
  const accessExpiresAt = Date.now() + 3_600_000;
  await rig.logIn({ accessExpiresAt });
  await rig.logIn({ accessExpiresAt, eventId: 'evt_2' });
});
afterEach(() => rig.close());

describe('one damaged login among others', () => {
  beforeEach(() => writeFileSync(rig.path('installation-evt_2.json'), '{"v":1', { mode: 0o600 }));

  const remedy = 'to replace it, run: revento login --event evt_2';

  it.each([
    ['an API call', ['events', 'get', '--event', 'evt_1']],
    ['an access token', ['token', '--event', 'evt_1']],
    ['a refresh', ['token', 'refresh', '--event', 'evt_1']],
    ['status for the event', ['status', '--event', 'evt_1']],
  ])('keeps nobody from %s with the others', async (_, command) => {
    expect((await rig.run(command)).code).toBe(0);
  });

  it.each([
    ['an API call', ['events', 'get', '--event', 'evt_2']],
    ['a refresh', ['token', 'refresh', '--event', 'evt_2']],
    ['status for the event', ['status', '--event', 'evt_2']],
  ])('is what %s with it fails for, with the remedy', async (_, command) => {
    const { code, stderr } = await rig.run(command);
    expect(code).toBe(1);
    expect(stderr).toMatch(/is damaged/);
    expect(stderr.endsWith(`hint: ${remedy}\n`)).toBe(true);
  });

  it('never disappears from status, which shows the others all the same and fails', async () => {
    const { code, stdout, stderr } = await rig.run(['status']);
    expect(code).toBe(1);
    expect(stdout).toContain('✓ active evt_1 (organizer, org_1)');
    expect(stdout).toMatch(
      /✗ unreadable evt_2 \(organizer\)\n {2}- Cannot be read: .*is damaged.*\n {2}- to replace it, run: revento/,
    );
    expect(stderr).toContain(remedy);
    const json = await rig.run(['status', '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout).logins.map((login: { event_id: string }) => login.event_id)).toEqual(['evt_1']);
    expect(JSON.parse(json.stderr).error.code).toBe('store_corrupt');
  });

  it('is named on stderr beside the data of status, which succeeds, where another event is selected', async () => {
    const { code, stdout, stderr } = await rig.run(['status', '--json', '--event', 'evt_1']);
    expect(JSON.parse(stdout).logins).toHaveLength(1);
    expect(stderr).toMatch(/^warning: evt_2 \(organizer\) cannot be read: .*is damaged/);
    expect(code).toBe(0);
  });

  it('is one finding of doctor, beside those of the others', async () => {
    const { stdout } = await rig.run(['doctor', '--json', '--jq', 'map(select(.check == "login") | .status)']);
    expect(JSON.parse(stdout)).toEqual(['fail', 'ok']);
  });
});

it('whose key is lost can be removed with the suggested command', async () => {
  rmSync(rig.keyPath);
  const { code, stderr } = await rig.run(['token', '--event', 'evt_1']);
  expect(code).toBe(1);
  expect(stderr).toContain('or, to give the login up, run: revento logout --event evt_1\n');
  expect((await rig.run(['logout', '--event', 'evt_1'])).code).toBe(0);
  expect((await rig.run(['logout', '--event', 'evt_2'])).code).toBe(0);
  await rig.logIn({ accessExpiresAt: Date.now() + 3_600_000 });
  expect((await rig.token()).code).toBe(0);
});

describe('a login that could not be stored', () => {
  const logIn = (prefix: readonly string[] = []) =>
    rig.run(['login', '--no-browser', '--event', 'evt_1', '--timeout', '5s'], { prefix });

  it('is refused before anybody is asked for consent when the directory takes no file', async () => {
    const prefix = rig.unprivileged();
    chmodSync(dirname(rig.path()), 0o500);
    const { code, stderr } = await logIn(prefix);
    chmodSync(dirname(rig.path()), 0o700);
    expect(code).toBe(1);
    expect(stderr).toContain('EACCES');
    expect(stderr).not.toContain('/oauth/authorize');
  });

  it('is refused before anybody is asked for consent when the key of the others is gone', async () => {
    rmSync(rig.keyPath);
    const { code, stderr } = await logIn();
    expect(code).toBe(1);
    expect(stderr).toContain('The key file');
    expect(stderr).not.toContain('/oauth/authorize');
    expect(rig.leftovers()).toEqual([]);
  });
});

it('of which the key is unavailable is named by status, and the others are used', async () => {
  const passphrase = `a passphrase that the program is not given: ${randomUUID()}`;
  await rig.logIn({ eventId: 'evt_3' }, rig.sessions({ passphrase, preferred: 'passphrase' }));
  expect((await rig.run(['status', '--check', '--event', 'evt_1'])).code).toBe(0);
  const { code, stdout, stderr } = await rig.run(['status']);
  expect(stdout).toMatch(
    /✗ unreadable evt_3 \(organizer\)\n {2}- Cannot be read: .*\n {2}- set REVENTO_STORE_KEY to the passphrase/,
  );
  expect(stderr).toMatch(/^error: evt_3 \(organizer\) cannot be read: .*REVENTO_STORE_KEY is not set/);
  expect(code).toBe(1);
});

it('is not what a file is taken for that a login cannot be named like', async () => {
  writeFileSync(rig.path('installation-evt_1 copy.json'), 'a copy that somebody made');
  expect(await rig.run(['events', 'get', '--event', 'evt_1'])).toMatchObject({ code: 0, stderr: '' });
  expect((await rig.run(['status'])).code).toBe(0);
});

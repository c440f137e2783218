import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefreshRig } from '../../support/store/refresh-rig.ts';

let rig: RefreshRig;
let thief: string;
beforeEach(async () => {
  rig = await RefreshRig.start();
  thief = mkdtempSync(join(tmpdir(), 'revento-thief-'));
});
afterEach(async () => {
  await rig.close();
  rmSync(thief, { recursive: true });
});

/** The environment of a home that has these parts of the rig's. */
function homeWith(parts: readonly ('config' | 'share')[]): Record<string, string> {
  for (const part of parts) cpSync(join(rig.home, part), join(thief, part), { recursive: true });
  return {
    HOME: thief,
    XDG_CONFIG_HOME: join(thief, 'config'),
    XDG_DATA_HOME: join(thief, 'share'),
    XDG_STATE_HOME: join(thief, 'state'),
  };
}

async function expectNothing(env: Record<string, string>, message: string): Promise<void> {
  const { code, stdout, stderr } = await rig.run(['token'], { env });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(message);
  expect(rig.server.requests).toEqual([]);
}

describe('a stored login', () => {
  it('is of no use in a copy of the settings directory, which lacks the key', async () => {
    await rig.logIn();
    await expectNothing(homeWith(['config']), 'key');
  });

  it('is of no use in a copy of the whole home without the passphrase, or with another', async () => {
    await rig.logIn({}, rig.sessions({ passphrase: 'correct horse battery' }));
    const env = homeWith(['config']);
    await expectNothing(env, 'REVENTO_STORE_KEY is not set');
    await expectNothing({ ...env, REVENTO_STORE_KEY: 'another passphrase' }, 'is not the passphrase');
  });

  it('can be used from a copy of the whole home: that is not protected from', async () => {
    await rig.logIn();
    expect((await rig.run(['token'], { env: homeWith(['config', 'share']) })).code).toBe(0);
  });

  it('and its key are readable for this user alone, whatever the umask', async () => {
    await rig.logIn();
    expect((await rig.token({ prefix: ['sh', '-c', 'umask 000; exec "$0" "$@"'] })).code).toBe(0);
    const open = [rig.configDir, rig.dataDir].flatMap((directory) =>
      readdirSync(directory, { recursive: true, encoding: 'utf8' })
        .map((name) => join(directory, name))
        .filter((path) => (statSync(path).mode & 0o077) !== 0),
    );
    expect(open).toEqual([]);
  });
});

describe('a sealed file', () => {
  const [one, two] = ['installation-evt_1.json', 'installation-evt_2.json'];

  it('that was swapped with another is refused', async () => {
    await rig.logIn();
    await rig.logIn({ eventId: 'evt_2' });
    renameSync(rig.path(two), rig.path(one));
    await expectNothing({}, 'is damaged');
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['cut', (bytes) => bytes.subarray(0, -20)],
    [
      'altered',
      (bytes) =>
        Buffer.from(
          bytes.toString('utf8').replace(/("tag":")(.)/, (_, field, first) => `${field}${first === 'A' ? 'B' : 'A'}`),
        ),
    ],
    ['replaced by plain text', () => Buffer.from('{"access_token":"rev_install_of_a_thief"}')],
  ])('that was %s is refused', async (_, spoil) => {
    await rig.logIn();
    writeFileSync(rig.path(), spoil(readFileSync(rig.path())));
    await expectNothing({}, 'is damaged');
  });
});

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it as plainIt } from 'vitest';
import { builtInScenarios } from '../../../src/sandbox/scenario/built-in.ts';
import { lackOf } from '../../support/program/needs.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { openShells, type ShellName, type ShellRig } from '../../support/program/shells.ts';

let shells: ShellRig;

/** What a shell would run, if it were typed. */
const blank = '$' + '{IFS}';
const unsafe = `x\`touch${blank}touched\``;

beforeAll(() => {
  shells = openShells();
  const config = join(shells.home, 'revento');
  mkdirSync(join(config, 'auth/staging'), { recursive: true });
  const profiles = {
    staging: {},
    work: {},
    [unsafe]: {},
    [`st$(touch${blank}touched)`]: {},
    bad: { default_event: `x${unsafe}` },
  };
  writeFileSync(join(config, 'config.json'), JSON.stringify({ profiles }));
  writeFileSync(join(config, 'auth/staging/installation-evt_summer.json'), '{}');
  writeFileSync(join(config, 'auth/staging/user-evt_winter.json'), '{}');
  writeFileSync(join(shells.home, 'recorded deliveries.ndjson'), '');
});
afterAll(() => shells.close());

const names: readonly ShellName[] = ['bash', 'zsh', 'fish'];

const reasons = names.map((shell) => [shell, lackOf(shell, 'script')] as const);

describe.each(reasons)('%s', (shell, reason) => {
  const it = plainIt.skipIf(reason !== null);

  it.each([
    ['a command', 'revento webh', 'revento webhook '],
    ['a member of a group', 'revento webhook lis', 'revento webhook listen '],
    ['a command after global options', 'revento -p staging webhook lis', 'revento -p staging webhook listen '],
    ['an option of a command', 'revento webhook listen --forward-ti', 'revento webhook listen --forward-timeout '],
    ['a global option', 'revento status --verb', 'revento status --verbose '],
    ['a value that is one of few', 'revento status -o nd', 'revento status -o ndjson '],
    ['a value after an equals sign', 'revento status --output=nd', 'revento status --output=ndjson '],
    ['a setting', 'revento config get redirect', 'revento config get redirect_uri '],
    ['an event type', 'revento webhook events application.app', 'revento webhook events application.approved '],
    ['a profile', 'revento status -p stag', 'revento status -p staging '],
    ['a stored event of the profile', 'revento -p staging status -e evt_s', 'revento -p staging status -e evt_summer '],
    ['a topic of help', 'revento help exit', 'revento help exit-codes '],
    ['a command after help', 'revento help webhook lis', 'revento help webhook listen '],
    [
      'a list after its first values',
      'revento webhook listen --expect application.approved,data',
      'revento webhook listen --expect application.approved,data.deletion_required ',
    ],
    ['a fault of a delivery', 'revento webhook trigger --fault fut', 'revento webhook trigger --fault future '],
    ['a shell', 'revento completion fi', 'revento completion fish '],
    ['an action of the sandbox', 'revento sandbox do request', 'revento sandbox do request-revision '],
    ['a scenario', 'revento sandbox run outage', 'revento sandbox run outage-and-recovery '],
    ['a kind of entry', 'revento sandbox log --kind hap', 'revento sandbox log --kind happening '],
    [
      'an event type to trigger',
      'revento sandbox trigger activity.cap',
      'revento sandbox trigger activity.capacity_state_changed ',
    ],
    ['a value with a colon', 'revento sandbox start --fault api:exp', 'revento sandbox start --fault api:expired '],
  ])('completes %s', async (_name, line, whole) => {
    expect((await shells.completed(shell, line)).trimEnd()).toBe(whole.trimEnd());
  });

  it('offers every command of a group', async () => {
    const found = await shells.candidates(shell, 'revento config ');
    expect(found.sort()).toEqual(['get', 'init', 'list', 'path', 'set', 'unset']);
  });

  it('offers every scenario', async () => {
    const found = await shells.candidates(shell, 'revento sandbox run ');
    expect(found).toEqual(expect.arrayContaining([...builtInScenarios]));
  });

  it('offers the fields of an action while no sandbox runs', async () => {
    const found = await shells.candidates(shell, 'revento sandbox do connect --set ');
    expect(found.sort()).toEqual(['kind=', 'scope=', 'user_id=']);
  });

  it('offers no ids while no sandbox runs', async () => {
    expect(await shells.candidates(shell, 'revento sandbox do approve ')).toEqual([]);
  });

  it('offers every profile that is set up or holds a login', async () => {
    const found = await shells.candidates(shell, 'revento profile use ');
    expect(found.sort()).toEqual(['bad', 'default', 'staging', 'work']);
  });

  it('offers nothing that the shell would run, even if it is in the settings', async () => {
    expect(await shells.completed(shell, 'revento status -p x')).not.toContain('touch');
    expect(await shells.completed(shell, 'revento -p bad status -e x')).not.toContain('touch');
    expect(await shells.completed(shell, 'revento -p bad status -e ')).not.toContain('touch');
  });

  it('offers nothing where nothing is known', async () => {
    expect(await shells.candidates(shell, 'revento nosuch --port ')).toEqual([]);
  });

  it('leaves a command after -- to the shell', async () => {
    expect(await shells.candidates(shell, 'revento sandbox exec -- reven')).toContain('revento');
  });

  it('offers files where a file is wanted, names with blanks whole', async () => {
    expect((await shells.completed(shell, 'revento webhook verify reco')).trimEnd()).toMatch(
      /verify '?recorded\\? deliveries\.ndjson'?$/,
    );
  });
});

interface Answer {
  readonly access_token: string;
  readonly data: readonly { readonly id: string; readonly application_status: string }[];
}

const patience = { timeout: 50_000, interval: 20 };

describe('while a sandbox runs', () => {
  const rig = new ProgramRig();
  let beside: ShellRig;
  let env: Record<string, string | undefined>;

  beforeAll(async () => {
    beside = openShells();
    env = { ...beside.env, XDG_CONFIG_HOME: undefined, XDG_DATA_HOME: undefined, XDG_STATE_HOME: undefined };
    const running = rig.start(['sandbox', 'start', '--port', '0', '-o', 'ndjson'], { env });
    await running.until('stdout', /^\{"type":"ready".*\}$/m);
  });
  afterAll(async () => {
    await rig.close();
    beside.close();
  });

  /** Ids of the participants with this status, from the API. */
  async function idsOf(status: string): Promise<string[]> {
    const { stdout } = await rig.run(['sandbox', 'env', '--format', 'json'], { env });
    const variables = JSON.parse(stdout) as Record<string, string>;
    const ask = async (url: string, token: string, method: string) =>
      (await fetch(url, { method, headers: { Authorization: `Bearer ${token}` } })).json() as Promise<Answer>;
    const login = `${variables['REVENTO_AUTH_BASE']}/_sandbox/v1/login`;
    const { access_token: token } = await ask(login, variables['REVENTO_SANDBOX_KEY'] ?? '', 'POST');
    const list = `${variables['REVENTO_API_BASE']}/events/${variables['SANDBOX_EVENT_ID']}/participants?limit=50`;
    const { data } = await ask(list, token, 'GET');
    return data.filter(({ application_status: one }) => one === status).map(({ id }) => id);
  }

  // Asked until it answers: on a loaded machine it may take longer than a shell is made to wait.
  describe.each(reasons)('%s', (shell, reason) => {
    const it = plainIt.skipIf(reason !== null);

    it('offers ids that the action fits, and no other', async () => {
      const fitting = await idsOf('revision_requested');
      expect(fitting.length).toBeGreaterThan(1);
      const found = async () => (await beside.candidates(shell, 'revento sandbox do resubmit ptp_')).sort();
      await expect.poll(found, patience).toEqual(fitting.sort());
    });

    it.each([
      ['a field', '--set first_n', '--set first_name='],
      [
        'an answer of the registration form',
        '--set custom_form_fields.fav',
        '--set custom_form_fields.favorite_track=',
      ],
    ])('completes %s', async (_what, typed, whole) => {
      const completed = async () => (await beside.completed(shell, `revento sandbox do apply ${typed}`)).trimEnd();
      await expect.poll(completed, patience).toBe(`revento sandbox do apply ${whole}`);
    });

    it('completes a value of a field that has few', async () => {
      const completed = async () =>
        (await beside.completed(shell, 'revento sandbox do connect --set kind=us')).trimEnd();
      await expect.poll(completed, patience).toBe('revento sandbox do connect --set kind=user');
    });
  });
});

plainIt
  .skipIf(lackOf('bash-completion', 'zsh', 'fish', 'script') !== null)
  .each(['bash-completion', 'zsh', 'fish'] as const)(
  '%s completes the arguments of a command after -- as its own',
  async (shell) => {
    const line = 'revento sandbox exec -- revento webhook lis';
    expect((await shells.completed(shell, line)).trimEnd()).toBe('revento sandbox exec -- revento webhook listen');
  },
);

describe('what the shells ask', () => {
  const ask = (words: readonly string[], env: Record<string, string> = {}) =>
    spawnSync('revento', ['__complete', ...words], { env: { ...shells.env, ...env }, encoding: 'utf8' });

  plainIt('answers with 0 and on stdout only, even about settings that are damaged', () => {
    const config = join(shells.home, 'damaged');
    mkdirSync(config, { recursive: true });
    writeFileSync(join(config, 'config.json'), '{ not JSON');
    const { status, stdout, stderr } = ask(['--current=', '--profile'], { REVENTO_CONFIG_DIR: config });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe('nothing\ndefault\tselected, no login\n');
  });

  plainIt('says what it could not read when debugging', () => {
    const config = join(shells.home, 'damaged');
    const { status, stderr } = ask(['--current=', '--profile'], { REVENTO_CONFIG_DIR: config, REVENTO_DEBUG: '1' });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^completion: .*damaged/);
  });

  plainIt.each(['0', 'false'])('keeps it to itself with REVENTO_DEBUG=%s', (value) => {
    const config = join(shells.home, 'damaged');
    mkdirSync(config, { recursive: true });
    writeFileSync(join(config, 'config.json'), '{ not JSON');
    const env = { REVENTO_CONFIG_DIR: config, REVENTO_DEBUG: value };
    expect(ask(['--current=', '--profile'], env)).toMatchObject({ status: 0, stderr: '' });
  });

  plainIt('gives up on a sandbox that does not answer', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const env = { ...shells.env, REVENTO_CONFIG_DIR: join(shells.home, 'silent'), REVENTO_DEBUG: '1' };
    const set = (input: string, ...words: readonly string[]) =>
      expect(spawnSync('revento', ['-p', 'sandbox', 'config', 'set', ...words], { env, input }).status).toBe(0);
    set('', 'auth_base', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    set('', 'client_id', 'sandbox');
    set(randomBytes(24).toString('hex'), 'client_secret');
    const { status, stdout, stderr } = spawnSync('revento', ['__complete', '--current=', 'sandbox', 'do', 'approve'], {
      env,
      encoding: 'utf8',
    });
    silent.close();
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'nothing\n' });
    expect(stderr).toMatch(/no answer within|timed out/);
  });

  plainIt('writes nothing into the home', () => {
    const config = join(shells.home, 'untouched');
    ask(['--current=', '--event'], { REVENTO_CONFIG_DIR: config });
    expect(spawnSync('ls', [config], { encoding: 'utf8' }).status).not.toBe(0);
  });
});

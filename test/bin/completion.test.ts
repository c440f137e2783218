import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it as plainIt } from 'vitest';
import { lackOf } from '../support/needs.ts';
import { openShells, type ShellName, type ShellRig } from '../support/shells.ts';

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
    ['a value with a colon', 'revento sandbox start --fault api:exp', 'revento sandbox start --fault api:expired '],
  ])('completes %s', async (_name, line, whole) => {
    expect((await shells.completed(shell, line)).trimEnd()).toBe(whole.trimEnd());
  });

  it('offers every command of a group', async () => {
    const found = await shells.candidates(shell, 'revento config ');
    expect(found.sort()).toEqual(['get', 'init', 'list', 'path', 'set', 'unset']);
  });

  it('offers every profile that is set up or holds a login', async () => {
    const found = await shells.candidates(shell, 'revento profile use ');
    expect(found.sort()).toEqual(['bad', 'default', 'staging', 'work']);
  });

  it('offers nothing that the shell would run, whoever wrote it into the settings', async () => {
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

  plainIt('writes nothing into the home', () => {
    const config = join(shells.home, 'untouched');
    ask(['--current=', '--event'], { REVENTO_CONFIG_DIR: config });
    expect(spawnSync('ls', [config], { encoding: 'utf8' }).status).not.toBe(0);
  });
});

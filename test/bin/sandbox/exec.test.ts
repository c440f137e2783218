import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { codeAtHome } from '../../support/program/build.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { until } from '../../support/until.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

const exec = (...args: readonly string[]) => rig.run(['sandbox', 'exec', ...args]);
const script = (text: string) => [process.execPath, '-e', text];
const leftovers = () => readdirSync(rig.home).filter((name) => name.startsWith('revento-sandbox-'));

describe('sandbox exec', () => {
  it.each([0, 1, 7, 130])('ends with the command’s exit code %i', async (code) => {
    expect((await exec('--', ...script(`process.exit(${code})`))).code).toBe(code);
  });

  it('gives stdout to the command alone', async () => {
    const { stdout, stderr } = await exec('--', 'printf', '%s', 'only this');
    expect([stdout, stderr]).toEqual(['only this', '']);
  });

  it('shows with --verbose what the sandbox was asked, on stderr and without a secret', async () => {
    const call = 'revento login >/dev/null 2>&1; revento events get --jq .id; echo "$REVENTO_CLIENT_SECRET" > secret';
    const { stdout, stderr } = await exec('--verbose', '--', 'sh', '-c', call);
    expect(stdout.trim()).toMatch(/^"?evt_test_published"?$/);
    expect(stderr).toMatch(/^sandbox \d\d:\d\d:\d\d 200 POST \/oauth\/token \d+ ms$/m);
    expect(stderr).toMatch(/^sandbox .* 200 GET \/api\/v1\/events\/evt_test_published \d+ ms$/m);
    expect(stderr).not.toMatch(/code=|rev_install_|rev_refresh_/);
    expect(stderr).not.toContain(readFileSync(join(rig.home, 'secret'), 'utf8').trim());
  });

  it('sets what the command needs, and takes out every other REVENTO_ variable', async () => {
    const secret = randomBytes(24).toString('hex');
    const inherited = {
      REVENTO_ACCESS_TOKEN: secret,
      REVENTO_CLIENT_SECRET: secret,
      REVENTO_STORE_KEY: secret,
      REVENTO_PROFILE: 'production',
      REVENTO_EVENT: 'evt_real',
      SANDBOX_EVENT_ID: 'evt_real',
      REVENTO_AUTH_BASE: 'https://auth.real.test',
      OTHER: 'kept',
    };
    const print = script('console.log(JSON.stringify(process.env))');
    const ended = await rig.run(['sandbox', 'exec', '--', ...print], { env: inherited });
    const env = JSON.parse(ended.stdout);
    expect(ended.stdout).not.toContain(secret);
    expect(ended.stdout).not.toContain('real');
    expect(
      Object.keys(env)
        .filter((name) => name.startsWith('REVENTO_'))
        .sort(),
    ).toEqual([
      'REVENTO_API_BASE',
      'REVENTO_AUTH_BASE',
      'REVENTO_CLIENT_ID',
      'REVENTO_CLIENT_SECRET',
      'REVENTO_CONFIG_DIR',
      'REVENTO_REDIRECT_URI',
      'REVENTO_SANDBOX_KEY',
      'REVENTO_WEBHOOK_SECRET',
    ]);
    expect(env).toMatchObject({ SANDBOX_EVENT_ID: 'evt_test_published', OTHER: 'kept' });
  });

  it('runs the whole tool in it without any setting: login, list, delivery', async () => {
    const { code, stdout, stderr } = await exec(
      ...['--participants', '7', '--', 'sh', '-ec', 'revento login >&2; revento participants list -o ndjson'],
    );
    expect(code, stderr).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toHaveLength(7);
    expect(stderr).toContain('Logged in to evt_test_published');
  });

  it('offers a browser that writes nothing into the home: that may be removed before it ends', async () => {
    const visit = 'HOME=$HOME/guest; mkdir "$HOME"; "$BROWSER" "not a url"; ls -A "$HOME"';
    const { stdout, stderr } = await rig.run(['sandbox', 'exec', '--', 'sh', '-c', visit], { env: codeAtHome });
    expect([stdout, stderr]).toEqual(['', expect.stringContaining('Only a page on this machine')]);
  });

  it('can be controlled from inside', async () => {
    const { code, stdout, stderr } = await exec('--', 'sh', '-c', 'revento sandbox reset --json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ reset: true });
  });

  it('can be controlled from inside `webhook listen`, which passes on no client secret', async () => {
    const port = await freePort();
    const { code, stdout, stderr } = await exec(
      ...['--webhook-url', `http://localhost:${port}/webhooks/revento`, '--', 'revento', 'webhook', 'listen'],
      ...['--port', `${port}`, '--expect', 'participant.registered', '--timeout', '20s', '-o', 'ndjson'],
      ...['--', 'sh', '-c', 'test -z "$REVENTO_CLIENT_SECRET" && revento sandbox trigger participant.registered'],
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('"verified":1');
  });

  it('leaves nothing behind: no directory, no port, no profile', async () => {
    const { stdout } = await exec('--', 'sh', '-c', 'echo $REVENTO_AUTH_BASE; ls $(dirname $REVENTO_CONFIG_DIR) >&2');
    expect(leftovers()).toEqual([]);
    await expect(fetch(stdout.trim())).rejects.toThrow();
    expect(existsSync(`${rig.home}/config`)).toBe(false);
  });

  it('ends as the command did, also while something that it left running still writes into its home', async () => {
    const [stop, done] = ['stop', 'done'].map((name) => join(rig.home, name));
    const writer = `i=0; until [ -e ${stop} ]; do i=$((i+1)); mkdir -p $REVENTO_CONFIG_DIR/$i; true > $REVENTO_CONFIG_DIR/$i/file; done`;
    const command = `(${writer}; : > ${done}) > /dev/null 2>&1 & until [ -e $REVENTO_CONFIG_DIR/9 ]; do :; done; exit 7`;
    const { code, stderr } = await exec('--', 'sh', '-c', command);
    writeFileSync(stop as string, '');
    await until(() => existsSync(done as string), 'the writer has ended');
    expect([code, stderr]).toEqual([
      7,
      expect.stringMatching(/^$|^warning: .*revento-sandbox-.* could not be removed/),
    ]);
  });

  it('cleans up on Ctrl-C too, and ends as the command did', async () => {
    const running = rig.start(['sandbox', 'exec', '--', ...script('console.log("up"); setInterval(() => {}, 1000)')]);
    await running.until('stdout', /up/);
    expect(leftovers()).toHaveLength(1);
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(leftovers()).toEqual([]);
  });

  it('on a second Ctrl-C ends a command that does not heed the first, and cleans up', async () => {
    const stubborn =
      'process.on("SIGINT", () => console.log("no")); setTimeout(() => console.log("outlived"), 20_000);';
    const running = rig.start(['sandbox', 'exec', '--', ...script(`${stubborn} console.log("up")`)]);
    await running.until('stdout', /up/);
    running.kill('SIGINT');
    await running.until('stdout', /no/);
    // Signals within a tenth of a second count as one, so it is sent until it is heeded.
    const again = setInterval(() => running.kill('SIGINT'), 250);
    // It has not ended before the command has, which holds the other end of stdout.
    const { code, stdout } = await running.ended.finally(() => clearInterval(again));
    expect(code).toBe(130);
    expect(stdout).not.toContain('outlived');
    expect(leftovers()).toEqual([]);
  });

  it.each([
    ['no-such-program-here', 127, 'no such program'],
    ['/', 126, 'not executable'],
    [`${process.execPath}/below-a-file`, 126, 'a part of its path is not a directory.'],
  ])('ends as a shell does when %s cannot be run, and cleans up', async (command, status, why) => {
    const { code, stderr } = await exec('--', command);
    expect([code, stderr]).toEqual([status, expect.stringContaining(why)]);
    expect(leftovers()).toEqual([]);
  });

  it('says where the dashes go when it was given the command’s own options', async () => {
    const { code, stderr } = await exec('sh', '-c', 'exit 0');
    expect([code, stderr]).toEqual([2, expect.stringContaining('revento sandbox exec -- COMMAND')]);
  });

  it('refuses a bad flag before it starts anything', async () => {
    const { code, stdout, stderr } = await exec('--fault', 'api:explode', '--', 'echo', 'ran');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('effects of api');
  });
});

import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpenBrowser, parseBrowser } from '../../../src/platform/process/browser.ts';
import { exceptOnWindows } from '../../support/except-on-windows.ts';

describe('BROWSER', () => {
  it.each<[string, string[][]]>([
    ['firefox', [['firefox']]],
    ['revento sandbox consent', [['revento', 'sandbox', 'consent']]],
    ['  chromium   --new-window  ', [['chromium', '--new-window']]],
    ['"/opt/My Browser/run" --x', [['/opt/My Browser/run', '--x']]],
    ['sh -c \'echo "$1"\' sh', [['sh', '-c', 'echo "$1"', 'sh']]],
    ['a""b', [['ab']]],
    ['x ""', [['x', '']]],
    ['firefox:chromium --x', [['firefox'], ['chromium', '--x']]],
    ['firefox:', [['firefox']]],
    [':', []],
    ['', []],
    ['x --proxy=http://proxy.test', [['x', '--proxy=http://proxy.test']]],
    ['x "a:b"', [['x', 'a:b']]],
    ['x %s --last', [['x', '%s', '--last']]],
    ['$(id) `id` ; id & id', [['$(id)', '`id`', ';', 'id', '&', 'id']]],
  ])('%j names %j', (value, commands) => {
    expect(parseBrowser(value, 'linux')).toEqual(commands);
  });

  it('is not split at colons on Windows, where a path has one', () => {
    expect(parseBrowser('C:/browser.exe', 'win32')).toEqual([['C:/browser.exe']]);
  });
});

describe('opening a URL', () => {
  const url = "https://auth.test/oauth/authorize?a=1&b=$(id)'x";
  let home = '';
  let spy = '';

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'revento-browser-'));
    spy = join(home, 'spy.mjs');
    writeFileSync(
      spy,
      `import { writeFileSync } from 'node:fs';
       const [out, ...rest] = process.argv.slice(2);
       writeFileSync(out, JSON.stringify({ rest, env: process.env, isStdoutTty: process.stdout.isTTY === true }));
       process.stdout.write('noise');`,
    );
  });
  afterAll(() => rm(home, { recursive: true }));

  const open = (
    command: string | undefined,
    target = url,
    env: Record<string, string> = { PATH: process.env['PATH'] ?? '' },
  ) => createOpenBrowser({ command, env, platform: process.platform })(target);
  const seen = (out: string) =>
    JSON.parse(readFileSync(out, 'utf8')) as { rest: string[]; env: Record<string, string> };

  it('runs the command of BROWSER with the URL as its last argument, untouched by any shell', async () => {
    const out = join(home, 'last.json');
    expect(await open(`"${process.execPath}" ${spy} ${out} one "two words"`)).toBeNull();
    expect(seen(out).rest).toEqual(['one', 'two words', url]);
  });

  it('puts the URL where %s stands', async () => {
    const out = join(home, 'place.json');
    expect(await open(`${process.execPath} ${spy} ${out} --url=%s --last`)).toBeNull();
    expect(seen(out).rest).toEqual([`--url=${url}`, '--last']);
  });

  it('gives the program the environment it was handed and no other', async () => {
    const out = join(home, 'env.json');
    await open(`${process.execPath} ${spy} ${out}`, url, { PATH: '/nowhere', SHOWN: 'yes' });
    expect(seen(out).env).toMatchObject({ PATH: '/nowhere', SHOWN: 'yes' });
    expect(Object.keys(seen(out).env)).not.toContain('HOME');
  });

  exceptOnWindows('BROWSER is one command on Windows')('takes the first of a list that can be started', async () => {
    const out = join(home, 'list.json');
    expect(await open(`no-such-browser-1:no-such-browser-2:${process.execPath} ${spy} ${out}`)).toBeNull();
    expect(seen(out).rest).toEqual([url]);
  });

  it('says which program was not found', async () => {
    expect(await open('no-such-browser')).toBe('no-such-browser was not found');
  });

  exceptOnWindows('Windows has no modes')('says which program is not executable', async () => {
    const file = join(home, 'plain.txt');
    writeFileSync(file, 'text');
    chmodSync(file, 0o644);
    expect(await open(file)).toBe(`${file} is not executable`);
  });

  it('leaves out a hint, which is for users who run the program manually', async () => {
    const failing = join(home, 'hinting.mjs');
    writeFileSync(failing, `process.stderr.write('no page\\nhint: run it by hand\\n'); process.exitCode = 1;`);
    expect(await open(`${process.execPath} ${failing}`)).toBe(`${process.execPath} ended with status 1: no page`);
  });

  it('shows the error among what a program said, whatever came after it', async () => {
    const failing = join(home, 'telling.mjs');
    writeFileSync(
      failing,
      `process.stderr.write('starting\\nerror: no page\\nhint: run it\\n    by hand\\n  at x\\n'); process.exitCode = 1;`,
    );
    expect(await open(`${process.execPath} ${failing}`)).toBe(
      `${process.execPath} ended with status 1: error: no page`,
    );
  });

  exceptOnWindows('BROWSER is one command on Windows')(
    'continues to the next of a list where one cannot be started for a reason that Node throws',
    async () => {
      const out = join(home, 'thrown.json');
      expect(await open(`${spy}/below-a-file:${process.execPath} ${spy} ${out}`)).toBeNull();
      expect(await open(`${spy}/below-a-file`)).toBe(
        `${spy}/below-a-file could not be started: a part of its path is not a directory`,
      );
    },
  );

  it('says with which status a program ended, and its last words', async () => {
    const failing = join(home, 'failing.mjs');
    writeFileSync(failing, `process.stderr.write('starting\\nno \\u001b[31mdisplay\\n'); process.exitCode = 3;`);
    expect(await open(`${process.execPath} ${failing}`)).toBe(
      `${process.execPath} ended with status 3: no \ufffd[31mdisplay`,
    );
  });

  exceptOnWindows('Windows has no signals')('says which signal ended a program', async () => {
    const dying = join(home, 'dying.mjs');
    writeFileSync(dying, `process.kill(process.pid, 'SIGKILL');`);
    expect(await open(`${process.execPath} ${dying}`)).toBe(`${process.execPath} ended with SIGKILL`);
  });

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://auth.test/',
    'revento://x',
    '--version',
    '',
    'https://a:b@auth.test/',
  ])('hands %j to no program', async (target) => {
    const out = join(home, 'never.json');
    expect(await open(`${process.execPath} ${spy} ${out}`, target)).toBe('the URL is not https');
    expect(() => readFileSync(out)).toThrow(/ENOENT/);
  });

  it('hands on plain http to this machine', async () => {
    const out = join(home, 'local.json');
    expect(await open(`${process.execPath} ${spy} ${out}`, 'http://127.0.0.1:4010/oauth/authorize?x=1')).toBeNull();
    expect(seen(out).rest).toEqual(['http://127.0.0.1:4010/oauth/authorize?x=1']);
  });
});

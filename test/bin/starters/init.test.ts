import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/http/free-port.ts';
import { lackOf, withReason } from '../../support/program/needs.ts';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { startLine } from '../../support/program/start-words.ts';

let rig: ProgramRig;
beforeEach(() => {
  rig = new ProgramRig();
});
afterEach(() => rig.close());

const here = (...path: string[]) => join(rig.home, ...path);
const keyIn = (file: string) => /^REVENTO_TOKEN_KEY=(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '';

it('writes a project, and says which commands start it', async () => {
  const { code, stdout } = await rig.run(['init', 'node', '--no-install']);
  expect(code).toBe(0);
  expect(stdout).toContain('cd revento-node');
  expect(stdout).toContain('npm start');
  for (const file of ['app.js', '.gitignore', '.env.example', '.github/workflows/ci.yml', 'README.md']) {
    expect(existsSync(here('revento-node', file)), file).toBe(true);
  }
});

it.each(['-', '-dash', "it's $HOME"])('names a command that enters the directory %j', async (name) => {
  const { stdout } = await rig.run(['init', 'php', '--no-install', '--', name]);
  const line = /^ {2}(cd .+)$/m.exec(stdout)?.[1] ?? '';
  const { stdout: entered } = spawnSync('sh', ['-c', `${line} && pwd`], { cwd: rig.home, encoding: 'utf8' });
  expect(entered).toBe(`${here(name)}\n`);
});

it('gives each project a key of its own, in a file for this user alone that git ignores', async () => {
  await rig.run(['init', 'node', 'one', '--no-install']);
  await rig.run(['init', 'node', 'two', '--no-install']);
  const keys = [keyIn(here('one/.env')), keyIn(here('two/.env'))];
  expect(Buffer.from(keys[0] ?? '', 'base64')).toHaveLength(32);
  expect(keys[0]).not.toBe(keys[1]);
  expect(statSync(here('one/.env')).mode & 0o777).toBe(0o600);
  expect(readFileSync(here('one/.gitignore'), 'utf8')).toMatch(/^\.env$/m);
});

it('never overwrites a file, and never loses the key', async () => {
  mkdirSync(here('mine'));
  writeFileSync(here('mine/app.js'), 'mine');
  writeFileSync(here('mine/.env'), 'REVENTO_TOKEN_KEY=mine\n');
  const refused = await rig.run(['init', 'node', 'mine', '--no-install']);
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('app.js') });
  expect(readFileSync(here('mine/app.js'), 'utf8')).toBe('mine');
  expect(existsSync(here('mine/tokens.js'))).toBe(false);

  expect(await rig.run(['init', 'node', 'mine', '--no-install', '--force'])).toMatchObject({ code: 0 });
  expect(readFileSync(here('mine/app.js'), 'utf8')).not.toBe('mine');
  expect(keyIn(here('mine/.env'))).toBe('mine');
});

it.each([
  ['a misspelled language', ['init', 'nod'], 'did you mean node?'],
  ['no language, where nobody can be asked', ['init'], 'languages are'],
  ['an unknown framework', ['init', 'node', '--framework', 'koa'], 'express'],
  ['a check of a directory without a project', ['init', '--check', '.'], 'that `revento init` wrote'],
  ['a check of a language', ['init', 'node', '--check', '.'], 'leave it out'],
  ['a directory that is a file', ['init', 'php', 'a-file'], 'is not a directory'],
  [
    'a link in the place of a file, although files may be replaced',
    ['init', 'php', 'linked', '--force'],
    'Nothing was',
  ],
  ['an empty directory name', ['init', 'node', ''], 'give .'],
  ['a directory name that a terminal would act on', ['init', 'node', 'a\x1b[31mb'], 'control characters'],
  ['a format without a check', ['init', 'node', '--format', 'tap'], '--check'],
])('%s is wrong usage', async (_name, words, hint) => {
  writeFileSync(here('a-file'), 'mine');
  mkdirSync(here('linked'));
  symlinkSync('../a-file', here('linked/app.php'));
  expect(await rig.run(words)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(hint) });
  expect(readFileSync(here('a-file'), 'utf8')).toBe('mine');
  expect(readdirSync(here('linked'))).toEqual(['app.php']);
});

it.each(['file', 'link'])('replaces nothing where a %s has the name of a directory', async (kind) => {
  mkdirSync(here('other'));
  mkdirSync(here('mine'));
  writeFileSync(here('mine/app.php'), 'mine');
  if (kind === 'link') symlinkSync('../other', here('mine/events'));
  else writeFileSync(here('mine/events'), '');
  const refused = await rig.run(['init', 'php', 'mine', '--no-install', '--force']);
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('events is not a directory') });
  expect(readFileSync(here('mine/app.php'), 'utf8')).toBe('mine');
  expect([readdirSync(here('mine')).sort(), readdirSync(here('other'))]).toEqual([['app.php', 'events'], []]);
});

it('says where it cannot write, and leaves nothing behind', async () => {
  writeFileSync(here('file'), '');
  const { code, stderr } = await rig.run(['init', 'node', 'file/below', '--no-install']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Cannot write') });
});

it('exits with 1 when the dependencies cannot be fetched, and names the command', async () => {
  const { code, stdout, stderr } = await rig.run(['init', 'node'], { env: { PATH: rig.home } });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('the dependencies are not installed') });
  expect(stdout).toContain('npm install');
});

it('lists the languages for people and programs', async () => {
  expect(await rig.run(['init', '--list'])).toMatchObject({ code: 0, stdout: expect.stringContaining('node') });
  const { stdout } = await rig.run(['init', '--list', '--json']);
  expect(JSON.parse(stdout)).toContainEqual(
    expect.objectContaining({
      language: 'node',
      frameworks: ['express', 'none'],
      needs: expect.stringContaining('Node'),
    }),
  );
});

it.each([
  ['--list', ['--framework', 'fastapi'], '--framework'],
  ['--list', ['node'], 'a language'],
  ['--list', ['--no-install'], '--no-install'],
  ['--check=.', ['--list'], '--list'],
  ['--check=.', ['--force'], '--force'],
])('refuses beside %s what it would ignore: %j', async (option, others, named) => {
  const { code, stdout, stderr } = await rig.run(['init', option, ...others]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`${option.split('=')[0]} can't be combined with ${named}.`);
});

it('checks a project where it is, as certify and webhook check do', async () => {
  const port = await freePort();
  mkdirSync(here('mine'));
  // It accepts whatever comes, forged or not.
  writeFileSync(
    here('mine/app.js'),
    `require('node:http').createServer((asked, answer) => asked.resume().on('end', () => answer.end())).listen(${port}, 'localhost');`,
  );
  const settings = { start: ['node', 'app.js'], webhook: `http://localhost:${port}/hook` };
  writeFileSync(here('mine/certify.json'), JSON.stringify(settings));
  const { code, stdout, stderr } = await rig.run(['init', '--check', 'mine', '--format', 'tap']);
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
  expect(stdout).toMatch(/^not ok \d+ - delivery-forged/m);
  expect(stdout).toMatch(/^not ok \d+ - webhook-check:wrong-secret/m);
  expect(stdout).toMatch(/^ok \d+ - webhook-check:valid-compact/m);
});

const lack = lackOf('script');

/** What `init` on a terminal showed and how it ended, where each answer is typed once its question is shown. */
function dialog(
  answers: readonly (readonly [question: string, answer: string])[],
  programs = '',
): Promise<{ seen: string; code: number | null }> {
  const command = `exec ${startLine} init`;
  const { CI: _, ...env } = rig.env;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...env, PATH: `${programs}:${env['PATH']}`, TERM: 'xterm' },
    cwd: rig.home,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let seen = '';
  let from = 0;
  const left = [...answers];
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      const [next] = left;
      const at = next === undefined ? -1 : seen.indexOf(next[0], from);
      if (next === undefined || at === -1) return;
      from = at + next[0].length;
      left.shift();
      child.stdin.write(next[1]);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ seen, code }));
  });
}

describe.skipIf(lack !== null)(withReason('on a terminal', lack), () => {
  it('asks for the language until it knows it, and for the framework where there are two', async () => {
    const { seen, code } = await dialog([
      ['Language: ', 'pyton\r'],
      ['Language: ', '2\r'],
      ['(flask): ', 'fastapi\r'],
    ]);
    expect(seen).toContain('Type a name from the list');
    expect(code).toBe(0);
    expect(readFileSync(here('revento-python/requirements.txt'), 'utf8')).toContain('fastapi');
  });

  it('ends as interrupted when the install is, and the project stays', async () => {
    mkdirSync(here('programs'));
    writeFileSync(here('programs/npm'), '#!/bin/sh\necho installing\nexec sleep 60\n', { mode: 0o755 });
    const answers = [
      ['Language: ', 'node\r'],
      ['(express): ', '\r'],
      ['installing', '\x03'],
    ] as const;
    expect(await dialog(answers, here('programs'))).toMatchObject({ code: 130 });
    expect(existsSync(here('revento-node/app.js'))).toBe(true);
  });
});

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramRig } from '../../support/program/program-rig.ts';
import { startLine } from '../../support/program/start-words.ts';

let rig: ProgramRig;

beforeEach(() => {
  rig = new ProgramRig();
});

afterEach(() => rig.close());

const events = ['webhook', 'events'];

describe.each(['json', 'ndjson', 'csv'])('the output setting %s leaves text for a shell alone:', (format) => {
  it.each([
    ['completion bash', /^# bash completion/],
    ['config path', /^\/\S+\/config\.json\n$/],
    ['config get api_base', /^https:\/\/\S+\n$/],
    ['token', /^at_of_nobody\n$/],
    ['help exit-codes', /^Every exit code and what it means\.\n/],
    ['help output', /^What each output format promises/],
  ])('%s', async (line, text) => {
    const env = { REVENTO_OUTPUT: format, REVENTO_ACCESS_TOKEN: 'at_of_nobody' };
    const { code, stdout, stderr } = await rig.run(line.split(' '), { env });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(text);
  });

  it('listen', async () => {
    const env = { REVENTO_OUTPUT: format, REVENTO_WEBHOOK_SECRET: 'whsec_testtesttesttesttest' };
    const { stdout } = await rig.run(['webhook', 'listen', '--port', '0', '--timeout', '100ms', '--count', '1'], {
      env,
    });
    expect(stdout).toMatch(/listening/i);
    expect(stdout).not.toContain('{');
  });

  it('but not when it is asked for', async () => {
    const { stdout } = await rig.run(['config', 'path', '--json'], { env: { REVENTO_OUTPUT: format } });
    expect(JSON.parse(stdout)).toHaveProperty('path');
  });
});

describe('color', () => {
  it.each([
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '' }, true],
    [{}, false],
  ])('in a pipe with %j: %s', async (env, isColored) => {
    const { stdout } = await rig.run(events, { env });
    expect(stdout.includes('\u001b[')).toBe(isColored);
  });
});

describe('an expression without an end', () => {
  it('ends when the reader of the pipe has seen enough', () => {
    const line = `${startLine} webhook events --jq 'repeat(1)' | head -1`;
    const { stdout, status, error } = spawnSync('bash', ['-c', `set -o pipefail; ${line}`], {
      env: { ...rig.env },
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect([error, status, stdout]).toEqual([undefined, 0, '1\n']);
  });
});

describe('what an expression is given', () => {
  it('is the environment without secrets of ours', async () => {
    const env = { REVENTO_WEBHOOK_SECRET: 'whsec_testtesttesttesttest', ID: 'x' };
    const { stdout } = await rig.run([...events, '--jq', 'env | [.ID, .HOME, has("REVENTO_WEBHOOK_SECRET")]'], { env });
    expect(JSON.parse(stdout)).toEqual(['x', rig.home, false]);
  });

  it('is what --arg names', async () => {
    const { stdout } = await rig.run([...events, '--arg', 'x=$(id) "q"', '--jq', '$x']);
    expect(stdout).toBe('$(id) "q"\n');
  });

  it('is nothing of --arg without an expression', async () => {
    expect(await rig.run([...events, '--arg', 'x=1'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('--out', () => {
  const place = (name: string) => join(rig.home, 'out', name);
  const out = (path: string, ...args: string[]) => rig.run([...events, '--out', path, ...args]);

  beforeEach(() => mkdirSync(join(rig.home, 'out')));

  it('writes what stdout would get, for this user only', async () => {
    const { stdout: expected } = await rig.run([...events, '-o', 'csv', '--bom']);
    expect(await out(place('f.csv'), '-o', 'csv', '--bom')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(place('f.csv'), 'utf8')).toBe(expected);
    expect(expected.startsWith('\ufeff')).toBe(true);
    expect(statSync(place('f.csv')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(rig.home, 'out'))).toEqual(['f.csv']);
  });

  it('has no color, whatever the environment says', async () => {
    await rig.run([...events, '--out', place('f')], { env: { FORCE_COLOR: '1' } });
    expect(readFileSync(place('f'), 'utf8')).not.toContain('\u001b');
  });

  it('leaves the file as it was when the run fails', async () => {
    writeFileSync(place('f'), 'before');
    const { code } = await out(place('f'), '--jq', '.[] | error("no")');
    expect(code).toBe(1);
    expect(readFileSync(place('f'), 'utf8')).toBe('before');
    expect(readdirSync(join(rig.home, 'out'))).toEqual(['f']);
  });

  it('keeps the rows that came before a failure beside it', async () => {
    const { code, stderr } = await out(place('f'), '--jq', '.[0].type, error("no")');
    expect(code).toBe(1);
    expect(stderr).toContain(`note: the incomplete output is kept in ${place('f')}.partial\n`);
    expect(readFileSync(`${place('f')}.partial`, 'utf8')).toMatch(/^\S+\n$/);
    expect(existsSync(place('f'))).toBe(false);
  });

  it('follows a link to a file and leaves the link', async () => {
    writeFileSync(place('real'), 'before');
    symlinkSync(place('real'), place('link'));
    expect(await out(place('link'), '--jq', '.[0].type')).toMatchObject({ code: 0 });
    expect(readFileSync(place('real'), 'utf8')).toMatch(/^\S+\n$/);
    expect(readdirSync(join(rig.home, 'out')).sort()).toEqual(['link', 'real']);
  });

  it.each([
    ['/dev/null', 'is a device or socket, not a file'],
    ['pipe', 'is a pipe, not a file'],
    ['.', 'is a directory, not a file'],
    ['missing/f', 'the directory does not exist'],
  ])('refuses %s before anything is done', async (name, reason) => {
    spawnSync('mkfifo', [place('pipe')]);
    const path = name.startsWith('/') ? name : place(name);
    const { code, stderr } = await out(path);
    expect(code).toBe(1);
    expect(stderr).toContain(reason);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(readdirSync(join(rig.home, 'out'))).toEqual(['pipe']);
  });

  it('refuses a stream, which has no end', async () => {
    const args = ['webhook', 'listen', '--port', '0', '--out', place('f')];
    const env = { REVENTO_WEBHOOK_SECRET: 'whsec_testtesttesttesttest' };
    expect(await rig.run(args, { env })).toMatchObject({ code: 2, stdout: '' });
    expect(readdirSync(join(rig.home, 'out'))).toEqual([]);
  });
});

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, readPage } from '../support/docs/markdown.ts';
import { root } from '../support/program/build.ts';

/** A copy of the repository: what is scaffolded is checked there as a contributor would check it. */
let copy: string;
const left = new Set(['.git', 'node_modules', 'dist']);

function run(command: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: copy,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: copy, CI: 'true', NO_COLOR: '1' },
  });
  return { status, said: stdout + stderr };
}
const make = (...words: readonly string[]) => run(process.execPath, 'scripts/new.mjs', ...words);
const tool = (name: string, ...args: readonly string[]) => run(join(root, 'node_modules/.bin', name), ...args);
const built = (...args: readonly string[]) => run(process.execPath, 'bin/revento.js', ...args);

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'revento-copy-'));
  cpSync(root, copy, {
    recursive: true,
    filter: (path) => !left.has(relative(root, path).split('/')[0] ?? '') && basename(path) !== 'node_modules',
  });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('`npm run new`', () => {
  it.each([
    ['command', 'sandbox', 'pause-all'],
    ['command', 'reports', 'daily'],
    ['endpoint', 'speakers list', '/events/{event_id}/speakers'],
    ['endpoint', 'venue get', '/events/{event_id}/venue'],
    ['endpoint', 'me badges', '/me/badges'],
    ['event', 'thread.updated'],
  ])('makes a %s: %s %s', (...words) => {
    const { status, said } = make(...words);
    expect({ status, said: status === 0 ? '' : said }).toEqual({ status: 0, said: '' });
    expect(said).toMatch(/^Written: /m);
  });

  it.each([
    [['command', 'sandbox', 'pause-all'], /already/],
    [['command', 'sandbox', 'start'], /already/],
    [['command', 'sandbox', 'Pause'], /not a valid name/],
    [['command', 'sandbox', '../pause'], /not a valid name/],
    [['command', 'shared', 'pause'], /not a group/],
    [['endpoint', 'speakers list', '/events/{event_id}/other'], /already/],
    [['endpoint', 'guests list', '/events/{event_id}/speakers'], /already/],
    [['endpoint', 'guests', '/events/{event_id}/guests'], /not a valid endpoint name/],
    [['endpoint', 'guests list', '/guests'], /not a valid path/],
    [['event', 'thread.updated'], /already/],
    [['event', 'Thread'], /not an event type/],
    [['event'], /Usage/],
    [['poem', 'x'], /Usage/],
    [['toString', 'x', 'y'], /Usage/],
  ])('refuses %j', (words, reason) => {
    const before = readFileSync(join(copy, 'src/commands/registry.ts'), 'utf8');
    expect(make(...words)).toEqual({ status: 2, said: expect.stringMatching(reason) });
    expect(readFileSync(join(copy, 'src/commands/registry.ts'), 'utf8')).toBe(before);
  });
});

describe('what it made', () => {
  it('is the row that docs/architecture.md shows', () => {
    const shown = blocksOf(readPage('docs/architecture.md')).find(({ language }) => language === 'ts')?.text ?? '';
    const indented = shown.replace(/^/gm, '  ');
    expect(readFileSync(join(copy, 'src/api/resources.ts'), 'utf8')).toContain(`\n${indented}\n`);
  });

  it('has the right types', () => {
    expect(tool('tsc')).toEqual({ status: 0, said: '' });
  });

  it('is formatted and passes lint', () => {
    const { status, said } = tool('biome', 'ci', '--error-on-warnings');
    expect({ status, said: status === 0 ? '' : said }).toEqual({ status: 0, said: '' });
  });

  it('passes its own tests, and those of the house, the reference and the endpoints', () => {
    const files = ['commands/sandbox', 'commands/reports', 'commands/api/resource', 'commands/registry'];
    const tests = [...files, 'api/resources', 'webhook/event', 'house', 'docs/reference'].map((file) => `test/${file}`);
    const { status, said } = tool('vitest', 'run', '--project', 'unit', ...tests);
    expect({ status, said: status === 0 ? '' : said }).toEqual({ status: 0, said: '' });
  }, 240_000);

  it('is a command of the program, in its help and with its own', () => {
    expect(run(process.execPath, 'scripts/build.mjs').status).toBe(0);
    expect(built('--help').said).toMatch(/sandbox COMMAND[^A-Z]*pause-all/);
    expect(built('--help').said).toMatch(/reports daily\s+Name the profile/);
    expect(built('--help').said).toMatch(/speakers list\s+List the speakers/);
    expect(built('sandbox', 'pause-all', '--help').said).toContain('--loud');
    expect(built('sandbox', 'pause-all')).toEqual({ status: 0, said: 'Profile: default\n' });
    expect(built('webhook', 'events', 'thread.updated').said).toContain('"type": "thread.updated"');
  });
});

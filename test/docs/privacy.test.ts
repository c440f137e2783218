import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { registry } from '../../src/commands/registry.ts';
import { root } from '../support/program/build.ts';

const page = readFileSync(join(root, 'docs/privacy.md'), 'utf8');
const reference = readFileSync(join(root, 'docs/reference.md'), 'utf8');

/** What stands between backquotes in the first cell of each row of a section's table. */
function firstCells(heading: string): readonly string[] {
  const section = page.split(/^## /m).find((one) => one.startsWith(heading)) ?? '';
  const cells = [...section.matchAll(/^\| ([^|]*`[^|]*) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words));
}

const named = firstCells('What passes through this tool');
const commands = registry.map(({ name }) => name);

/** `sandbox …` names every command of the group, and options may follow a command. */
const isFor = (words: string, command: string) =>
  words.endsWith(' …') ? command.startsWith(words.slice(0, -1)) : words.replace(/ --\S+$/, '') === command;

/** Files that a command only reads. */
const read: ReadonlySet<string> = new Set([
  '--baseline',
  '--config',
  '--from',
  '--input',
  '--load',
  '--manifest',
  '--seed-file',
]);

describe('the page about data of attendees', () => {
  it.each(commands.filter((command) => !command.startsWith('help')))('says what passes through %s', (command) => {
    expect(named.filter((words) => isFor(words, command))).not.toEqual([]);
  });

  it('names only commands that there are', () => {
    expect(named.filter((words) => !commands.some((command) => isFor(words, command)))).toEqual([]);
  });

  const files = [...reference.matchAll(/^\| `(?:-\w, )?(--[\w-]+) <file>`/gm)].map(([, option = '']) => option);
  it.each([...new Set(files)].filter((option) => !read.has(option)))('lists the file of %s', (option) => {
    expect(firstCells('Every file that this tool writes').join('\n')).toContain(option);
  });

  it('knows every option that names a file', () => {
    expect(files).toEqual(expect.arrayContaining(['--out', '--record', ...read]));
  });
});

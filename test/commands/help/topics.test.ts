import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Deps } from '../../../src/command-kit/deps.ts';
import { topicCommand } from '../../../src/commands/help/topic.ts';
import { topics } from '../../../src/commands/help/topics.ts';
import { registry } from '../../../src/commands/registry.ts';
import { outputFormats } from '../../../src/output/item.ts';
import { plainStyle } from '../../../src/text/style.ts';
import { printed } from '../../support/commands/printing.ts';

/** The topic takes nothing from the outside. */
const nothing = {} as Deps;

async function helpText(name: string, format: 'table' | 'json' = 'table', width = 80): Promise<string> {
  const topic = topics.find((one) => one.name === name);
  if (topic === undefined) throw new Error(`no topic ${name}`);
  const { run, layout } = topicCommand(topic);
  const items = [];
  for await (const item of run({}, nothing)) items.push(item);
  return (await printed(items, { format, layout, style: plainStyle(width) })).stdout;
}

it.each([...outputFormats.map((format) => `-o ${format}`), '--columns', '--jq', 'REVENTO_OUTPUT'])(
  'help output explains %s',
  async (word) => {
    expect(await helpText('output')).toContain(word);
  },
);

it.each(topics)('help $name fits a terminal of 80 columns, and one of 50', async ({ name }) => {
  for (const width of [80, 50]) {
    const lines = (await helpText(name, 'table', width)).split('\n');
    expect(lines.filter((line) => line.length > width)).toEqual([]);
  }
});

it.each(topics)('help $name is laid out like other help: what it is, then sections', async ({ name, summary }) => {
  const [first, second, ...rest] = (await helpText(name)).split('\n');
  expect(first).toBe(`${summary}.`);
  expect(second).toBe('');
  expect(rest.join('\n')).not.toMatch(/\n\n\n|[ \t]\n/);
});

it('help output can be read by a program', async () => {
  expect(JSON.parse(await helpText('output', 'json'))).toContainEqual({
    topic: '-o ndjson',
    rules: expect.any(String),
  });
});

it('help exit-codes names every command whose exit code is its answer', async () => {
  const [, named = ''] =
    /Where the exit code is the answer \(([^)]*)\)/.exec((await helpText('exit-codes')).replace(/\s+/g, ' ')) ?? [];
  const modules = await Promise.all(registry.map(async ({ name, load }) => ({ name, module: await load() })));
  const answering = modules.filter(({ module }) => module.answersByStatus !== undefined).map(({ name }) => name);
  expect(answering.filter((name) => !named.includes(name.split(' ').at(-1) as string))).toEqual([]);
});

/** Their texts are programs, which look at variables of their own. */
const programsForUsers = /^test-code\//;

it('help environment names every variable that the program looks at', async () => {
  const text = await helpText('environment');
  const root = join(import.meta.dirname, '../../..');
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !programsForUsers.test(file))
    .map((file) => join(root, 'src', file));
  const read = [...sources, join(root, 'bin/revento.js')].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/[eE]nv(?:\['|\.)([A-Z][A-Z_]+)\b|\bbase\('([A-Z_]+)'/g)].map(
      ([, byName, byPath]) => byName ?? byPath ?? '',
    ),
  );
  expect(read).toContain('XDG_STATE_HOME');
  expect([...new Set(read)].filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
});

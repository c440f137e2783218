import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Deps } from '../../../src/command-kit/deps.ts';
import { helpEnvironment } from '../../../src/commands/help/environment.ts';
import { helpExitCodes } from '../../../src/commands/help/exit-codes.ts';
import { helpOutput } from '../../../src/commands/help/output.ts';
import { helpWebhooks } from '../../../src/commands/help/webhooks.ts';
import { outputFormats } from '../../../src/output/item.ts';
import { plainStyle } from '../../../src/text/style.ts';
import { printed } from '../../support/printing.ts';

/** The topic takes nothing from the outside. */
const nothing = {} as Deps;

async function helpText(format: 'table' | 'json' = 'table'): Promise<string> {
  const items = [];
  for await (const item of helpOutput.run({}, nothing)) items.push(item);
  return (await printed(items, { format, layout: helpOutput.layout })).stdout;
}

it.each([...outputFormats.map((format) => `-o ${format}`), '--columns', '--jq', 'REVENTO_OUTPUT'])(
  'help output explains %s',
  async (word) => {
    expect(await helpText()).toContain(word);
  },
);

it.each([
  ['output', helpOutput],
  ['environment', helpEnvironment],
  ['exit-codes', helpExitCodes],
  ['webhooks', helpWebhooks],
])('help %s fits a terminal of 80 columns, and one of 50', async (_name, topic) => {
  for await (const item of topic.run({}, nothing)) {
    if (item.kind !== 'value') throw new Error('a topic is one value');
    for (const width of [80, 50]) {
      for (const line of item.text(plainStyle(width)).split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    }
  }
});

it('help output can be read by a program', async () => {
  expect(JSON.parse(await helpText('json'))).toContainEqual({ topic: '-o ndjson', rules: expect.any(String) });
});

it('help environment names every variable that the program looks at', async () => {
  const items = [];
  for await (const item of helpEnvironment.run({}, nothing)) items.push(item);
  const { stdout } = await printed(items, { format: 'table', layout: helpEnvironment.layout });
  const root = join(import.meta.dirname, '../../..');
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('help/receivers.ts'))
    .map((file) => join(root, 'src', file));
  const read = [...sources, join(root, 'bin/revento.js')].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/[eE]nv(?:\['|\.)([A-Z][A-Z_]+)\b|\bbase\('([A-Z_]+)'/g)].map(
      ([, byName, byPath]) => byName ?? byPath ?? '',
    ),
  );
  expect(read).toContain('XDG_STATE_HOME');
  expect([...new Set(read)].filter((name) => !new RegExp(`\\b${name}\\b`).test(stdout))).toEqual([]);
});

import { expect, it } from 'vitest';
import { helpOutput } from '../../src/commands/help-output.ts';
import type { Deps } from '../../src/deps.ts';
import { outputFormats } from '../../src/output/item.ts';
import { printed } from '../support/printing.ts';

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

it('help output fits a terminal of 120 columns', async () => {
  for (const line of (await helpText()).split('\n')) expect(line.length).toBeLessThanOrEqual(120);
});

it('help output can be read by a program', async () => {
  expect(JSON.parse(await helpText('json'))).toContainEqual({ topic: '-o ndjson', rules: expect.any(String) });
});

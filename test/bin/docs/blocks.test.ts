import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Machine, missing } from '../../support/docs/machine.ts';
import { type Block, blocksOf, pages, readPage } from '../../support/docs/markdown.ts';
import type { Terminal } from '../../support/docs/terminal.ts';
import { until } from '../../support/until.ts';
import { checkedElsewhere, scenes } from './scenes.ts';

/** Commands that go on until Ctrl-C, by the port that says they are ready. Only a last line may do that. */
const servers: readonly (readonly [line: RegExp, port: number])[] = [
  [/^revento sandbox start/, 4010],
  [/^revento (-p \w+ )?webhook listen(?!.*(--count|--until|--timeout| -- ))/, 4400],
  [/^node receiver\.mjs$/, 3000],
  [/^PORT=3001 node receiver\.mjs$/, 3001],
];

async function type(block: Block, terminal: Terminal, at: Machine, page: string): Promise<void> {
  const scene = scenes[page]?.[block.section] ?? {};
  const last = block.text.trimEnd().split('\n').at(-1) ?? '';
  const port = servers.find(([line]) => line.test(last))?.[1];
  terminal.start(block.text, scene.answers);
  if (port === undefined) {
    const status = await terminal.ended();
    expect({ status, output: status === 0 ? '' : terminal.output }).toEqual({ status: 0, output: '' });
    return;
  }
  // A reader goes on when the program says that it is ready: a sandbox serves before its profile exists.
  const isReady = () => at.isServing(port) && (terminal.output !== '' || !/^revento/.test(last));
  await until(() => isReady() || !terminal.isRunning, `port ${port} is served`);
  expect({ isRunning: terminal.isRunning, output: terminal.isRunning ? '' : terminal.output }).toEqual({
    isRunning: true,
    output: '',
  });
}

/** The lines in their order, where `…` stands for anything. */
function shows(output: string, lines: string): boolean {
  const escaped = lines
    .trim()
    .split('\n')
    .map((line) => line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*'));
  return new RegExp(escaped.join('\\s*\\n(?:.*\\n)*?\\s*')).test(output);
}

const sections = pages.flatMap((page) => {
  const runnable = blocksOf(readPage(page)).filter(({ language }) => language === 'sh' || language === 'text');
  return [...new Set(runnable.map(({ section }) => section))]
    .map((section) => ({ page, section, blocks: runnable.filter((block) => block.section === section) }))
    .map(({ blocks, ...where }) => ({ ...where, blocks: blocks.filter(({ text }) => !isElsewhere(text)) }))
    .filter(({ blocks }) => blocks.some(({ language }) => language === 'sh'));
});

function isElsewhere(text: string): boolean {
  return checkedElsewhere.some(({ block }) => block.test(text));
}

/** Types what a section says, as its reader would, on a machine of its own. */
async function read({ page, section, blocks }: (typeof sections)[number], at: Machine): Promise<void> {
  const scene = scenes[page]?.[section] ?? {};
  await scene.prepare?.(at);
  let latest = at.terminal(1);
  for (const block of blocks) {
    latest = block.terminal === null ? latest : at.terminal(block.terminal);
    const terminal = latest;
    if (block.language === 'sh') await type(block, terminal, at, page);
    else
      await until(
        () => shows(terminal.output, block.text),
        () => `this is shown:\n${block.text}\nand not:\n${terminal.output}`,
      );
  }
  await scene.check?.(at);
  for (const terminal of at.terminals) {
    if (terminal.isRunning) expect([0, 130]).toContain(await terminal.interrupt());
  }
}

describe.skipIf(missing !== null)(
  `what a page says to type works as it stands${missing ? ` (${missing})` : ''}`,
  () => {
    it.concurrent.each(sections)('$page: $section', async (section) => {
      const at = await Machine.start();
      try {
        await read(section, at);
      } finally {
        await at.close();
      }
    });
  },
);

describe('a block that is not run here', () => {
  const all = pages.flatMap((page) => blocksOf(readPage(page))).filter(({ language }) => language === 'sh');

  it.each(checkedElsewhere)('$block: $where', ({ block, check }) => {
    const found = all.filter(({ text }) => block.test(text));
    expect(found.length).toBeGreaterThan(0);
    for (const { text } of found) check(text);
  });

  it('is a rare one', () => {
    expect(checkedElsewhere.length).toBeLessThanOrEqual(3);
  });
});

it('every scene belongs to a page', () => {
  for (const [page, of] of Object.entries(scenes)) {
    expect(existsSync(join(import.meta.dirname, '../../..', page)), page).toBe(true);
    const titles = sections.filter((one) => one.page === page).map(({ section }) => section);
    expect(Object.keys(of).filter((title) => !titles.includes(title))).toEqual([]);
  }
});

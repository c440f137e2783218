import { describe, expect, it } from 'vitest';
import { parse } from '../../src/cli/parse.ts';
import { UsageFault } from '../../src/cli/usage-fault.ts';
import { registry } from '../../src/commands/registry.ts';
import { plainStyle } from '../../src/text/style.ts';
import { pages, proseOf, readPage } from '../support/docs/markdown.ts';
import { wordsOf } from '../support/program/shell-words.ts';

/** Commands inside a sentence or a table; blocks are run (test/bin/docs). */
const mentioned = pages.flatMap((page) =>
  [...proseOf(readPage(page)).matchAll(/`(revento [^`\n]+)`/g)].map(([, line = '']) => [page, line] as const),
);

/** A sentence may name a command without its arguments; an option or a command that is not there is still an error. */
async function kindOf(args: readonly string[]): Promise<string> {
  try {
    return (await parse(args, registry, plainStyle(80))).kind;
  } catch (error) {
    if (error instanceof UsageFault && /needs <\w+>/.test(error.message)) return 'incomplete';
    throw error;
  }
}

describe('a command that a page mentions is one that the program understands', () => {
  const whole = mentioned.filter(([, line]) => !/^revento COMMAND/.test(line));

  it.each(whole)('%s: %s', async (_page, line) => {
    for (const [program, ...args] of wordsOf(line)) {
      if (program === 'revento') expect(await kindOf(args)).toMatch(/^(command|text|incomplete)$/);
    }
  });
});

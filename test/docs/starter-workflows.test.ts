import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { parse } from '../../src/cli/parse.ts';
import { registry } from '../../src/commands/registry.ts';
import { starters } from '../../src/starters/starters.ts';
import { plainStyle } from '../../src/text/style.ts';
import { root } from '../support/program/build.ts';
import { wordsOf } from '../support/program/shell-words.ts';

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

describe.each(starters)('the CI workflow of the starter in $language', ({ language, test }) => {
  const file = join(root, 'templates', language, '.github/workflows/ci.yml');
  const { jobs } = parseYaml(readFileSync(file, 'utf8')) as Workflow;
  const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  const words = commands.flatMap((command) => wordsOf(command));
  const ours = words.map((each) => each.slice(each[0] === 'npx' ? 1 : 0)).filter(([program]) => program === 'revento');

  it('uses the program as it can be used', async () => {
    const found = await Promise.all(ours.map(([, ...args]) => parse(args, registry, plainStyle(80))));
    expect(found.map((one) => (one.kind === 'command' ? one.entry.name : one))).toEqual(['sandbox exec']);
  });

  it('runs the tests of the starter at a sandbox', () => {
    const started = ours.flat().slice(ours.flat().indexOf('--') + 1);
    expect(started).toEqual(expect.arrayContaining(test.split(' ')));
  });
});

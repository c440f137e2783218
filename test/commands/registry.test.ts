import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from '../../src/cli/parse.ts';
import { registry } from '../../src/commands/registry.ts';
import { rootExamples } from '../../src/help/text.ts';
import { plainStyle } from '../../src/text/style.ts';
import { wordsOf } from '../support/program/shell-words.ts';

const plain = plainStyle(80);
const examples = new Map<string, readonly (readonly [command: string, explains: string])[]>();

beforeAll(async () => {
  for (const entry of registry) examples.set(entry.name, Object.entries((await entry.load()).examples ?? {}));
});

/** Every use of the program in a line a shell would take. */
const usesIn = (line: string) => wordsOf(line).filter(([program]) => program === 'revento');

const commands = registry.map(({ name }) => name).filter((name) => !name.startsWith('help '));

describe.each(commands)('revento %s', (name) => {
  it('has two examples or three', () => {
    expect(examples.get(name)?.length).toBeGreaterThanOrEqual(2);
    expect(examples.get(name)?.length).toBeLessThanOrEqual(3);
  });

  it('has examples the program understands, of this command among others', async () => {
    const uses = (examples.get(name) ?? []).flatMap(([command]) => usesIn(command));
    const found = await Promise.all(uses.map(([, ...args]) => parse(args, registry, plain)));
    expect(found.map((one) => (one.kind === 'command' ? one.entry.name : one.kind))).toContain(name);
    expect(found.filter((one) => one.kind !== 'command')).toEqual([]);
  });

  it('has examples that are explained without a full stop', () => {
    for (const [, explains] of examples.get(name) ?? []) expect(explains).toMatch(/[^.]$/);
  });

  it('has help that fits 80 columns', async () => {
    const help = await parse([...name.split(' '), '--help'], registry, plain);
    const lines = help.kind === 'text' ? help.text.split('\n') : [];
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

it.each(rootExamples)('the help of everything: $command', async ({ command }) => {
  const [[, ...args] = []] = usesIn(command);
  expect(await parse(args, registry, plain)).toMatchObject({ kind: 'command' });
});

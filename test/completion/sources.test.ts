import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { globalOptions } from '../../src/commands/globals.ts';
import { registry } from '../../src/commands/registry.ts';
import { argumentSources, optionSources, placeholderSources } from '../../src/completion/sources.ts';
import { declareCommand } from '../../src/help/page.ts';

const declared = new Map<string, Command>();

beforeAll(async () => {
  for (const entry of registry) declared.set(entry.name, (await declareCommand(entry)).command);
});

/** A row nobody asks for any more is a name that has changed. */
describe('every source of values is of something that exists', () => {
  it.each(Object.keys(optionSources))('%s', (flag) => {
    const own = [...declared.values()].flatMap((command) => command.options.map(({ long }) => long));
    const global = globalOptions.map(([flags]) => /--[\w-]+/.exec(flags)?.[0]);
    expect([...own, ...global]).toContain(flag);
  });

  it.each(Object.keys(argumentSources))('%s', (key) => {
    const name = key.slice(0, key.lastIndexOf(' '));
    const names = declared.get(name)?.registeredArguments.map((argument) => argument.name());
    expect(names).toContain(key.slice(name.length + 1));
  });

  it.each(Object.keys(placeholderSources))('<%s>', (placeholder) => {
    const all = [...declared.values()].flatMap((command) => [
      ...command.options.map(({ flags }) => flags),
      ...command.registeredArguments.map((argument) => `<${argument.name()}>`),
    ]);
    expect(all.some((text) => text.includes(`<${placeholder}>`))).toBe(true);
  });
});

import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { globalOptions } from '../../src/command-kit/globals.ts';
import { registry } from '../../src/commands/registry.ts';
import { complete } from '../../src/completion/complete.ts';
import { knownSandbox } from '../../src/completion/known-sandbox.ts';
import { argumentSources, globalSources, optionSources, placeholderSources } from '../../src/completion/sources.ts';
import { declareCommand } from '../../src/help/page.ts';

const declared = new Map<string, Command>();

beforeAll(async () => {
  for (const entry of registry) declared.set(entry.name, (await declareCommand(entry)).command);
});

/** A row that nothing asks for anymore is a name that has changed. */
describe('every source of values is of something that exists', () => {
  it.each(Object.keys(globalSources))('%s', (flag) => {
    expect(globalOptions.map(([flags]) => /--[\w-]+/.exec(flags)?.[0])).toContain(flag);
  });

  it.each(Object.keys(optionSources))('%s', (key) => {
    const name = key.slice(0, key.lastIndexOf(' '));
    expect(declared.get(name)?.options.map(({ long }) => long)).toContain(key.slice(name.length + 1));
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

describe('what is offered', () => {
  const candidates = async (line: string) => {
    const sandbox = knownSandbox(
      () => Promise.reject(new Error('none runs')),
      () => undefined,
    );
    const known = { profiles: () => [], events: () => [], users: () => [], sandbox };
    return (await complete(line.split(' '), registry, known)).candidates;
  };
  const offered = async (line: string) => (await candidates(line)).map(({ value }) => value);

  it('for --fault is what the command can do wrong', async () => {
    const ofDeliveries = await offered('webhook trigger --fault ');
    expect(ofDeliveries).toContain('bad-signature');
    expect(ofDeliveries).toContain('out-of-order');
    for (const line of ['sandbox start --fault ', 'sandbox exec --fault ']) {
      const ofSandboxes = await offered(line);
      expect(ofSandboxes).toContain('api:');
      expect(ofSandboxes.filter((value) => ofDeliveries.includes(value))).toEqual([]);
    }
  });

  it.each([
    ['certify --only refresh-s', 'refresh-single-flight'],
    ['certify --explain state-s', 'state-sent'],
    ['sandbox audit --only syn', 'syncs'],
    ['sandbox audit --explain accept', 'accept-pinned'],
    ['webhook check --only valid-compact,stal', 'valid-compact,stale'],
  ])('of %s is a rule or a case, with what it asks for', async (line, value) => {
    expect(await candidates(line)).toContainEqual({ value, about: expect.stringMatching(/\w/) });
  });

  it('for completion is every shell', async () => {
    expect(await offered('completion ')).toEqual(['bash', 'zsh', 'fish', 'powershell']);
  });
});

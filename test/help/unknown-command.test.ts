import { describe, expect, it } from 'vitest';
import type { CommandEntry } from '../../src/command-kit/command.ts';
import { unknownCommand } from '../../src/help/unknown-command.ts';

const entry = (name: string, aliases: readonly string[] = []): CommandEntry => ({
  name,
  aliases,
  summary: name,
  group: 'More',
  load: () => Promise.reject(new Error('help loads no command')),
});

const registry = [
  entry('login'),
  entry('status', ['whoami']),
  entry('participants list'),
  entry('activities list'),
  entry('profile list'),
  entry('profile use'),
  entry('webhook listen'),
  entry('webhook trigger'),
  entry('sandbox trigger'),
  entry('sandbox start'),
];

describe('words that name no command', () => {
  it.each([
    ['a misspelled command', 'lgoin', 'did you mean `revento login`?'],
    ['a misspelled alias', 'whoamy', 'did you mean `revento whoami`?'],
    ['a misspelled group', 'webhok', 'did you mean `revento webhook`?'],
    ['a misspelled group before a member', 'webhok listen', 'did you mean `revento webhook listen`?'],
    ['a misspelled member', 'webhook lsten', 'did you mean `revento webhook listen`?'],
    ['a member without its group', 'listen', 'did you mean `revento webhook listen`?'],
    ['a member of two groups', 'trigger', 'did you mean `revento webhook trigger` or `revento sandbox trigger`?'],
    [
      'a member of many groups',
      'list',
      'did you mean `revento participants list`, `revento activities list` or `revento profile list`?',
    ],
    ['a member of another group', 'webhook start', 'did you mean `revento sandbox start`?'],
    ["a group's only member by another name", 'participants ls', 'did you mean `revento participants list`?'],
    ['a word of another group before the only member', 'activities start', 'did you mean `revento activities list`?'],
    ['words the other way round', 'list participants', 'did you mean `revento participants list`?'],
    ['a group of another program', 'auth login', 'did you mean `revento login`?'],
    ['help after a group', 'participants help', 'did you mean `revento participants --help`?'],
    ['version', 'version', 'did you mean `revento --version`?'],
    ['nothing like anything', 'xyzzy', 'see revento --help'],
    [
      'nothing like anything in a group',
      'webhook xyzzy',
      'see revento webhook --help; its commands are listen, trigger',
    ],
  ])('%s: %s', (_name, words, hint) => {
    expect(unknownCommand(words.split(' '), registry).hint).toBe(hint);
  });

  it('names the words that were not understood', () => {
    expect(unknownCommand(['webhook', 'lsten', 'more'], registry).message).toBe('unknown command "webhook lsten"');
    expect(unknownCommand(['nosuch', 'thing'], registry).message).toBe('unknown command "nosuch"');
  });
});

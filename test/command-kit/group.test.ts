import { expect, it } from 'vitest';
import { memberList, membersOf } from '../../src/command-kit/group.ts';

const commands = ['status', 'webhook listen', 'webhook verify', 'webhooks', 'sandbox do'].map((name) => ({ name }));

it('finds the commands of a group by whole words, in the order of the registry', () => {
  expect(membersOf('webhook', commands)).toEqual([
    { word: 'listen', command: { name: 'webhook listen' } },
    { word: 'verify', command: { name: 'webhook verify' } },
  ]);
  expect(memberList('webhook', commands)).toBe('listen, verify');
});

it.each(['status', 'web', 'webhook listen', ''])('finds none in %j, which is not a group', (name) => {
  expect(membersOf(name, commands)).toEqual([]);
});

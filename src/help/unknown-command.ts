import type { CommandEntry } from '../command-kit/command.ts';
import { memberList, membersOf } from '../command-kit/group.ts';
import { nearest } from '../text/suggestion.ts';

/** More than these say nothing about what was meant. */
const mostSuggestions = 3;

/**
 * What to say about words that name no command, and which ones may be meant: what is spelled almost so, else every
 * command that has such a word in its name, in whichever group.
 *
 * @param words  as typed, at least one
 */
export function unknownCommand(
  words: readonly string[],
  registry: readonly CommandEntry[],
): { readonly message: string; readonly hint: string } {
  const [first = '', second] = words;
  const asked = asOption(words, registry);
  if (asked !== null) {
    return { message: `unknown command ${JSON.stringify(words.join(' '))}`, hint: `did you mean \`${asked}\`?` };
  }
  const isGroup = membersOf(first, registry).length > 0;
  const typed = isGroup && second !== undefined ? `${first} ${second}` : first;
  const likely = similar(words, registry);
  const commands = likely.map((name) => `\`revento ${name}\``);
  const hint =
    likely.length === 0 || likely.length > mostSuggestions
      ? `see revento ${isGroup ? `${first} --help; its commands are ${memberList(first, registry)}` : '--help'}`
      : `did you mean ${[commands.slice(0, -1).join(', '), ...commands.slice(-1)].filter(Boolean).join(' or ')}?`;
  return { message: `unknown command ${JSON.stringify(typed)}`, hint };
}

/** What other programs have as a word and this one as an option. */
function asOption([first = '', second, ...rest]: readonly string[], registry: readonly CommandEntry[]): string | null {
  if (first === 'version' && second === undefined) return 'revento --version';
  const isGroup = membersOf(first, registry).length > 0;
  return isGroup && second === 'help' && rest.length === 0 ? `revento ${first} --help` : null;
}

function similar(words: readonly string[], registry: readonly CommandEntry[]): string[] {
  const names = registry.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]);
  const [first = '', second] = words;
  const members = membersOf(
    first,
    names.map((name) => ({ name })),
  ).map(({ word }) => word);
  if (members.length > 0 && second !== undefined) return within(first, second, members, names);

  const groups = [...new Set(names.filter((name) => name.includes(' ')).map((name) => name.split(' ')[0] as string))];
  const whole = nearest(words.slice(0, 2).join(' '), names);
  if (whole !== null) return [whole];
  if (second !== undefined) {
    // `list participants`, as some programs have it, and `auth login`, as others do.
    const turned = nearest(`${second} ${first}`, names);
    if (turned !== null) return [turned];
    if (names.includes(second)) return [second];
  }
  const start = nearest(first, [...names, ...groups]);
  if (start !== null) return [groups.includes(start) ? withMember(start, second, names) : start];
  return withWord(first, names);
}

/** In a group that exists: its nearest member, or its only one; else the same word in another group. */
function within(group: string, word: string, members: readonly string[], names: readonly string[]): string[] {
  const [only, second] = members;
  const meant = nearest(word, members) ?? (second === undefined ? only : undefined);
  return meant === undefined ? withWord(word, names) : [`${group} ${meant}`];
}

function withMember(group: string, word: string | undefined, names: readonly string[]): string {
  const name = `${group} ${word}`;
  return names.includes(name) ? name : group;
}

/** Every command of which one word is this one, or nearly this one. */
function withWord(word: string, names: readonly string[]): string[] {
  const near = nearest(word, [...new Set(names.flatMap((name) => name.split(' ')))]);
  return near === null ? [] : names.filter((name) => name.split(' ').includes(near));
}

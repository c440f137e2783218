// A command: its file, its line in the registry, its test.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { camelCase, fromTemplate, insertAt, plainName, Refusal } from './edit.mjs';

/** Folders of `src/commands` that are not a group of commands. */
const taken = new Set(['shared', 'help', 'api', 'login', 'doctor', 'completion']);

export function newCommand(root, group, name) {
  for (const word of [group, name]) {
    if (!plainName.test(word))
      throw new Refusal(`"${word}" is not a name: use small letters, digits and single dashes.`);
  }
  if (taken.has(group)) throw new Refusal(`"${group}" is not a group that takes commands such as "${group} ${name}".`);
  const path = `${group}/${name}`;
  const source = join(root, 'src/commands', `${path}.ts`);
  const test = join(root, 'test/commands', `${path}.test.ts`);
  const registry = join(root, 'src/commands/registry.ts');
  const lines = readFileSync(registry, 'utf8');
  const words = `${group} ${name}`;
  if (lines.includes(`name: '${words}'`)) throw new Refusal(`There is a command "${words}" already.`);
  for (const file of [source, test, source.replace(/\.ts$/, '')]) {
    if (existsSync(file)) throw new Refusal(`There is ${file} already.`);
  }
  const entries = [
    ...lines.matchAll(/^ {2}\{\n {4}name: '([^']+)',\n(?: {4}.*\n)*? {4}group: '([^']+)',\n(?: {4}.*\n)*? {2}\},\n/gm),
  ];
  const last =
    entries.findLast(([, other]) => other.startsWith(`${group} `)) ?? entries.findLast(([, , head]) => head === 'More');
  if (last === undefined) throw new Error(`${registry} has no entries; change scripts/new with it`);
  const [entry, , heading] = last;
  const camel = camelCase(`${group}-${name}`);
  const values = { WORDS: words, PATH: path, HEADING: heading, camel, Pascal: camel[0].toUpperCase() + camel.slice(1) };
  for (const file of [source, test]) mkdirSync(dirname(file), { recursive: true });
  writeFileSync(source, fromTemplate('command.ts', values));
  writeFileSync(test, fromTemplate('command.test.ts', values));
  insertAt(registry, last.index + entry.length, fromTemplate('registry-line', values));
  return { files: [source, test, registry], next: `say what it does in ${source}, and in its line of the registry` };
}

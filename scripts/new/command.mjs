// A command: its file, its line in the registry, its test.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { camelCase, fromTemplate, insertAt, plainName, Refusal } from './edit.mjs';

/** Folders of `src/commands` that are not command groups. */
const taken = new Set(['shared', 'help', 'api', 'login', 'doctor', 'completion']);

export function newCommand(root, group, name) {
  for (const word of [group, name]) {
    if (!plainName.test(word))
      throw new Refusal(`"${word}" is not a valid name: use lowercase letters, digits and single dashes.`);
  }
  if (taken.has(group)) throw new Refusal(`"${group}" is not a group that takes commands such as "${group} ${name}".`);
  const path = `${group}/${name}`;
  const source = join(root, 'src/commands', `${path}.ts`);
  const test = join(root, 'test/commands', `${path}.test.ts`);
  const registry = join(root, 'src/commands/registry.ts');
  const lines = readFileSync(registry, 'utf8');
  const words = `${group} ${name}`;
  if (lines.includes(`'${words}': [`)) throw new Refusal(`The command "${words}" already exists.`);
  for (const file of [source, test, source.replace(/\.ts$/, '')]) {
    if (existsSync(file)) throw new Refusal(`${file} already exists.`);
  }
  const rows = [...lines.matchAll(/^ {4}'?([a-z][a-z -]*)'?: \[(?:.*|\n(?: {6}.*\n)+ {4})\],\n/gm)];
  const more = lines.indexOf("...commands('More'");
  const last =
    rows.findLast(([, other]) => other.startsWith(`${group} `)) ??
    rows.findLast(({ index }) => more >= 0 && index > more && index < lines.indexOf('\n  })', more));
  if (last === undefined) throw new Error(`${registry} has no rows; change scripts/new with it`);
  const camel = camelCase(`${group}-${name}`);
  const values = { WORDS: words, PATH: path, camel, Pascal: camel[0].toUpperCase() + camel.slice(1) };
  for (const file of [source, test]) mkdirSync(dirname(file), { recursive: true });
  writeFileSync(source, fromTemplate('command.ts', values));
  writeFileSync(test, fromTemplate('command.test.ts', values));
  insertAt(registry, last.index + last[0].length, registryRow(values));
  return { files: [source, test, registry], next: `say what it does in ${source}, and in its line of the registry` };
}

/** The row as the formatter writes it: on one line if it fits. */
function registryRow(values) {
  const row = fromTemplate('registry-row', values);
  return row.length <= 121 ? row : row.replace(/\[(.*'), (.*)\],/, '[\n      $1,\n      $2,\n    ],');
}

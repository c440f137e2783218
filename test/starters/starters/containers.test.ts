import { expect, it } from 'vitest';
import { projectFiles } from '../../../src/starters/starter.ts';
import { starters } from '../../../src/starters/starters.ts';

/** What the command that installs the dependencies writes. */
const written = ['package-lock.json', 'Gemfile.lock'];

const rows = starters.flatMap(({ language, files, frameworks }) =>
  frameworks.map((framework) => ({ name: `${language} ${framework.name}`, files, framework })),
);

/** Whether a word of COPY, with `*` for anything but a folder, names this file or a folder that has it. */
const names = (word: string, file: string): boolean =>
  new RegExp(`^${word.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(?:/|$)`).test(file);

it.each(rows)('the Dockerfile of the starter in $name copies what the project has', async ({ files, framework }) => {
  const project = projectFiles((await files()).default, framework);
  const ignored = (project['.dockerignore'] ?? '').split('\n').filter(Boolean);
  const sent = [...Object.keys(project), ...written].filter((file) => !ignored.some((word) => names(word, file)));
  const copied = [...(project['Dockerfile'] ?? '').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
    ([, words]) => words?.split(' ') ?? [],
  );
  expect(copied).not.toEqual([]);
  expect(copied.filter((word) => !sent.some((file) => names(word, file)))).toEqual([]);
});

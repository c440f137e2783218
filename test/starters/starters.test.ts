import { expect, it } from 'vitest';
import { type Files, projectFiles } from '../../src/starters/starter.ts';
import { starters } from '../../src/starters/starters.ts';

/**
 * Lines of code that the starters have, imports included, without blanks, comments and tests; lower a number when you
 * reach a lower one. The aim is less than 600. The others handle each error where it happens, declare what they read, and
 * serve and lock by code of their own; PHP also bounds how long an exchange takes, and shares among processes what the
 * others share among threads.
 */
const most: Readonly<Record<string, number>> = {
  'node express': 599,
  'node none': 599,
  'python flask': 599,
  'python fastapi': 597,
  'ruby sinatra': 598,
  'go net/http': 1015,
  'php none': 717,
  'java jdk': 1043,
  'csharp aspnet': 682,
  'kotlin jdk': 598,
};

const source = /\.(?:js|py|go|rb|ru|php|java|cs|kt)$/;
const test = /(?:^|\/)tests?\/|_test\.go$/;
/** Of a kind that fills whole lines: nothing else stands before or after it. */
const comments = {
  block: /^[ \t]*\/\*[\s\S]*?\*\/[ \t]*$/gm,
  python: /^[ \t]*"""[\s\S]*?"""[ \t]*$/gm,
  line: /^[ \t]*(?:\/\/|#(?!\[|if|endif)).*$/gm,
};

function linesOfCode(files: Files): number {
  const texts = Object.entries(files).flatMap(([path, text]) => (source.test(path) && !test.test(path) ? [text] : []));
  const code = texts.map((text) => Object.values(comments).reduce((left, comment) => left.replace(comment, ''), text));
  return code.join('\n').match(/^.*\S.*$/gm)?.length ?? 0;
}

const rows = starters.flatMap(({ language, files, frameworks }) =>
  frameworks.map((framework) => ({ name: `${language} ${framework.name}`, files, framework })),
);

it.each(rows)('the starter in $name stays small', async ({ name, files, framework }) => {
  const all = (await files()).default;
  expect(linesOfCode(projectFiles(all, framework))).toBeLessThanOrEqual(most[name] ?? 0);
});

/** What the command that installs the dependencies writes. */
const written = ['package-lock.json', 'Gemfile.lock'];

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

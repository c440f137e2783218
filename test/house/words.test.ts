import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What is not written here, and what is written instead. CONTRIBUTING has the rules these come from. */
const rules: readonly (readonly [found: RegExp, instead: string])[] = [
  [/(?<!\bthere )\b(?:is|was) no\b(?! (?:longer|more)\b)/i, 'is not a'],
  [/(?<!\bthere )\b(?:are|were) no\b(?! (?:longer|more)\b)/i, 'are not'],
  [/\banew\b/i, 'again, re-…'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\brightly\b/i, 'correctly'],
  [/\b(?:go|goes|going|went) (?:before|ahead of) (?:it|the|every|all|each|what)\b/i, 'takes precedence over'],
  [/\bunsaid\b|\bunless said\b/i, 'without the …, by default'],
  [/\b(?:is|are|was|were|be|been|unless|when|as) told\b|\btold of\b/i, 'is reported, gets, by default'],
  [/\bwhoever\b/i, 'the user, client, process that'],
  [/\bbec(?:o|a)mes? of\b/i, 'the outcome of'],
  [/\bcop(?:e|es|ing) with\b/i, 'handles'],
  [/\brests? on\b/i, 'depends on'],
  [/\bbehind the back\b/i, 'without the knowledge of'],
  [/\bfor good\b/i, 'permanently, forever'],
  [/\b(?:not|could not|to) be had\b|\bnot had in time\b/i, 'unavailable, timed out'],
  [/\b(?:put|set) right\b/i, 'fixed'],
  [/\bthe person\b/i, 'the user'],
  [/\bgives? way\b/i, 'yields to, is overridden by'],
  [/\bfor ever\b/i, 'forever'],
  [/\band (?:its|their) like\b/i, 'and similar …'],
  [/\bmany an?\b/i, 'many'],
  [/\bbr(?:eaks?|oken|oke) (?:it |them )?off\b/i, 'interrupt, abort, cut off'],
  [/\b(?:words?|line ends?|values?) behind\b/i, 'after'],
  [/\btells? of\b(?! asked)/i, 'reports'],
  [/\b(?:can be|is) had\b/i, 'is available'],
  [/\bin vain\b/i, 'say what fails'],
  [/\blets? go of\b/i, 'releases'],
  [/\bcassettes?\b/i, 'recording'],
  [/\bany more\b *(?:[.,;:)'"`]|\*\/)/i, 'anymore, no longer'],
  [/(?<!healthy-)\b(?:to|after)wards\b/i, 'toward, afterward'],
  [/\backnowledgement/i, 'acknowledgment'],
  [/\bcolour/i, 'color'],
  [/behaviour/i, 'behavior'],
  [/(?:favour|honour|neighbour|labour|flavour|rumour)/i, '…or'],
  [/\bprogramme(?!r|d)/i, 'program'],
  [/\blicen(?:ce|ces|ced)\b/i, 'license'],
  [/\b(?:de|of)fence\b/i, '…ense'],
  [/\bcentre/i, 'center'],
  [
    /(?:organ|recogn|serial|sanit|normal|initial|author|capital|summar|minim|optim|synchron|final|util|character|real|special|general|emphas|custom|prior|anonym|token|canonical|categor)is(?:e|es|ed|er|ing|ation)/i,
    '-ize',
  ],
  [/\b(?:travell|labell|modell|signall|channell|levell)(?:ed|ing)\b/i, 'one l'],
  [
    /\b(?:misspelt|spelt|learnt|burnt|whilst|amongst|judgement|grey|artefact|practise|analyse|catalogue)/i,
    'the US spelling',
  ],
];

/**
 * The one word that somebody else may still write: the former name of a fault, which scripts may still pass to
 * `webhook trigger`.
 */
const former = { files: /^(?:src|test)\/commands\/webhook\/trigger(?:\.test)?\.ts$/, fault: /"serialise"/ };

/** Written by a program or by lawyers; and this file, which has to name what is not written. */
const unread = /^(?:package-lock\.json|LICENSE|bench\/results\.json|test\/house\/words\.test\.ts)$/;
const text =
  /\.(?:tsx?|mts|mjs|cjs|js|md|txt|json|html|css|svg|py|sh|ya?ml|bash|zsh|fish|ps1|go|rb|php|java|kts?|cs|toml)$|^\.ci\//;
const made = new Set(['node_modules', 'dist', '.git']);

/** The paths from the root of every text in the repository that people write. */
function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return made.has(entry.name) ? [] : filesIn(path);
    return entry.isFile() && text.test(path) && !unread.test(path) ? [path] : [];
  });
}

/** What separates the words of a sentence at a line end: quotes, comment marks, indentation. */
const lineEnd = /[\s'"`+]*\n[\s'"`+/*#>]*/;

function faultsIn(file: string): string[] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  const inText = lines.flatMap((line, index) => {
    // With the next line appended: a phrase may be broken where the line ends.
    const pair = `${line}\n${lines[index + 1] ?? ''}`.replace(lineEnd, ' ');
    return faultsOf(pair, line.length).map((fault) => `${file}:${index + 1}: ${fault}`);
  });
  return [...faultsOf(file, file.length).map((fault) => `${file}: its name: ${fault}`), ...inText].filter(
    (fault) => !(former.files.test(file) && former.fault.test(fault)),
  );
}

/** What is found in `words` and begins before `end`. */
function faultsOf(words: string, end: number): string[] {
  return rules.flatMap(([pattern, instead]) =>
    [...words.matchAll(new RegExp(pattern, 'gi'))]
      .filter(({ index }) => index < end)
      .map(([found]) => `"${found}"; write: ${instead}`),
  );
}

const files = filesIn('');
const folders = new Set(
  files.map((file) =>
    file
      .split('/')
      .slice(0, /^(?:src|test)\//.test(file) ? 2 : 1)
      .join('/'),
  ),
);

describe('is written in the words of CONTRIBUTING', () => {
  it.each([...folders])('%s', (folder) => {
    const inside = files.filter((file) => file === folder || file.startsWith(`${folder}/`));
    expect(inside.flatMap(faultsIn)).toEqual([]);
  });
});

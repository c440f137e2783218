import type * as v from 'valibot';
import type { LocatedValue, Mistake, Step } from '../../json/located.ts';
import { nearest } from '../../text/suggestion.ts';

/** Something wrong that no schema can say. */
export interface Finding {
  readonly path: readonly Step[];
  /** A clause whose subject is the path. */
  readonly message: string;
}

/** Everything that is wrong with a value, each with its place in the text and its path in the value. */
export function mistakesOf(
  issues: readonly v.BaseIssue<unknown>[],
  findings: readonly Finding[],
  located: LocatedValue,
): readonly Mistake[] {
  const told = issues
    .flatMap((issue) => leaves(issue, []))
    .map(({ issue, path }) => ({ path, message: messageOf(issue, path) }));
  const found = findings.map(({ path, message }) => ({ path, message: `${pathText(path)} ${message}` }));
  return [...told, ...found]
    .map(({ path, message }) => ({ ...located.placeOf(path), message }))
    .sort((one, other) => one.line - other.line || one.column - other.column);
}

interface Leaf {
  readonly issue: v.BaseIssue<unknown>;
  readonly path: readonly Step[];
}

/** A union has the issues of its options inside; those of the option that matched furthest are the most useful. */
function leaves(issue: v.BaseIssue<unknown>, above: readonly Step[]): readonly Leaf[] {
  const path = [...above, ...(issue.path ?? []).map(({ key }) => key as Step)];
  const inner = (issue.issues ?? []).flatMap((one) => leaves(one, path));
  const deepest = Math.max(0, ...inner.map((leaf) => leaf.path.length));
  return deepest > path.length ? inner.filter((leaf) => leaf.path.length === deepest) : [{ issue, path }];
}

function messageOf(issue: v.BaseIssue<unknown>, path: readonly Step[]): string {
  const where = pathText(path);
  if (issue.type === 'never') {
    const meant = nearest(String(path.at(-1)), issue.message.split(' '));
    return `${where} is an unknown field${meant === null ? `; fields are ${issue.message.replaceAll(' ', ', ')}` : `; did you mean ${meant}?`}`;
  }
  // A constraint with a message of its own has a whole clause.
  if (issue.kind === 'validation' && !/^Invalid /.test(issue.message)) return `${where} ${issue.message}`;
  if (issue.received === 'undefined') return `${where} is missing`;
  return `${where} must be ${wordsFor(issue.expected ?? 'something else')}, not ${issue.received}`;
}

/** What the library expects, in words: `"a" | "b"` is `"a" or "b"`. */
function wordsFor(expected: string): string {
  const kinds: Readonly<Record<string, string>> = { string: 'text', number: 'a number', boolean: 'true or false' };
  const [bare] = /^[a-z]+$/.exec(expected) ?? [];
  if (bare !== undefined) return kinds[bare] ?? bare;
  if (expected === 'Object') return 'a mapping';
  if (expected === 'Array') return 'a list';
  return expected.replace(/^\((.*)\)$/, '$1').replaceAll(' | ', ' or ');
}

/** Such as `events[0].participants[2].email`; the whole file for no path. */
function pathText(path: readonly Step[]): string {
  if (path.length === 0) return 'the file';
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}

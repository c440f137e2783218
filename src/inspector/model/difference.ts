import { elementsOf, entriesOf, isArray, isObject } from '../../json/text.ts';

/** One difference between two JSON texts. */
export interface Difference {
  /** A jq path: `.data.status`. */
  readonly path: string;
  /** JSON text; null if the path exists only in the other text. */
  readonly before: string | null;
  readonly after: string | null;
}

/** The most differences that are listed. */
const most = 200;

/**
 * The differences between two JSON texts, member by member. Numbers are compared as text, so `1.0` and `1` differ.
 *
 * @param before  valid JSON, as `after`
 */
export function differences(before: string, after: string): readonly Difference[] {
  const found: Difference[] = [];
  compare(before.trim(), after.trim(), '', found);
  return found;
}

function compare(before: string, after: string, path: string, found: Difference[]): void {
  if (before === after || found.length >= most) return;
  const isBoth = (is: (text: string) => boolean) => is(before) && is(after);
  if (isBoth(isObject)) members(new Map(entriesOf(before)), new Map(entriesOf(after)), path, found);
  else if (isBoth(isArray)) members(numbered(before), numbered(after), path, found);
  else found.push({ path: path === '' ? '.' : path, before, after });
}

function numbered(text: string): ReadonlyMap<number, string> {
  return new Map(elementsOf(text).entries());
}

function members<K extends string | number>(
  before: ReadonlyMap<K, string>,
  after: ReadonlyMap<K, string>,
  path: string,
  found: Difference[],
): void {
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(key), after.get(key)];
    const here = stepTo(path, key);
    if (old !== undefined && now !== undefined) compare(old, now, here, found);
    else if (found.length < most) found.push({ path: here, before: old ?? null, after: now ?? null });
  }
}

/** Appends one step to a jq path. */
export function stepTo(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path === '' ? '.' : path}[${key}]`;
  return /^[a-z_]\w*$/i.test(key) ? `${path}.${key}` : `${path === '' ? '.' : path}[${JSON.stringify(key)}]`;
}

import { decodeString, elementsOf, entriesOf, isArray, isObject } from './text.ts';

/** One difference between two JSON texts. */
export interface Difference {
  /** A jq path: `.data.status`. */
  readonly path: string;
  /** JSON text; null if the path exists only in the other text. */
  readonly before: string | null;
  readonly after: string | null;
}

interface DifferenceOptions {
  /** Whether two texts of the same kind mean the same, neither of them objects or arrays. Default: they are the same. */
  readonly isSame?: (before: string, after: string) => boolean;
  /** Whether a path, and everything below it, does not count. */
  readonly isIgnored?: (path: string) => boolean;
}

const most = 200;

/**
 * The differences between two JSON texts, member by member.
 *
 * @param before  valid JSON, as `after`
 */
export function differences(before: string, after: string, options: DifferenceOptions = {}): readonly Difference[] {
  const found: Difference[] = [];
  compare({ path: '', before: before.trim(), after: after.trim() }, options, found);
  return found;
}

function compare({ path, before, after }: Difference, options: DifferenceOptions, found: Difference[]): void {
  if (before === after || found.length >= most || options.isIgnored?.(path || '.')) return;
  if (before === null || after === null) {
    found.push({ path, before, after });
    return;
  }
  const isBoth = (is: (text: string) => boolean) => is(before) && is(after);
  if (isBoth(isObject)) members(path, new Map(entriesOf(before)), new Map(entriesOf(after)), options, found);
  else if (isBoth(isArray)) members(path, numbered(before), numbered(after), options, found);
  else if (!options.isSame?.(before, after)) found.push({ path: path || '.', before, after });
}

function numbered(text: string): ReadonlyMap<number, string> {
  return new Map(elementsOf(text).entries());
}

function members<K extends string | number>(
  path: string,
  before: ReadonlyMap<K, string>,
  after: ReadonlyMap<K, string>,
  options: DifferenceOptions,
  found: Difference[],
): void {
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [old = null, now = null] = [before.get(key), after.get(key)];
    compare({ path: stepTo(path, key), before: old, after: now }, options, found);
  }
}

/** Appends one step to a jq path. */
export function stepTo(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path === '' ? '.' : path}[${key}]`;
  return /^[a-z_]\w*$/i.test(key) ? `${path}.${key}` : `${path === '' ? '.' : path}[${JSON.stringify(key)}]`;
}

/** Whether two JSON texts are the same string or number, however it is written: `1.0` and `1`, `"\\u00e9"` and `"é"`. */
export function isSameValue(before: string, after: string): boolean {
  if (before === after) return true;
  if (before.startsWith('"') && after.startsWith('"')) return decodeString(before) === decodeString(after);
  const [old, now] = [decimal(before), decimal(after)];
  return old !== null && old === now;
}

/** The digits of a number without zeros at their ends, and its exponent: never a double, which would round. */
function decimal(text: string): string | null {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  if (whole === '') return null;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

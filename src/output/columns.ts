import { elementsOf, entriesOf, isArray, isObject, memberOf } from '../json/text.ts';
import { sanitiseLine } from '../text/sanitise.ts';

/** Takes the same paths out of every row, and remembers which of them were ever there. */
export interface Picker {
  readonly paths: readonly string[];
  /** The values at the paths as JSON text, undefined where the row has none. */
  pick(row: string): (string | undefined)[];
  /** A line about the paths that no row had, with the fields there are; null when every path was met. */
  complaint(): string | null;
}

/** Rows that are read to name the known fields. */
const sampledRows = 50;

export function createPicker(paths: readonly string[]): Picker {
  const parts = paths.map((path) => path.split('.'));
  const unseen = new Set(paths);
  const known = new Set<string>();
  let sampled = 0;
  return {
    paths,
    pick(row) {
      if (sampled < sampledRows) {
        sampled++;
        for (const field of nestedFieldsOf(row)) known.add(field);
      }
      const members = membersOf(row);
      return paths.map((path, index) => {
        const value = members.get(path) ?? resolve((key) => members.get(key), parts[index] ?? []);
        if (value !== undefined) unseen.delete(path);
        return value;
      });
    },
    complaint() {
      if (sampled === 0 || unseen.size === 0) return null;
      const names = [...unseen].map((path) => `"${path}"`).join(', ');
      return sanitiseLine(`no row has ${names}; the fields are: ${[...known].sort().join(', ')}`);
    },
  };
}

/** A row's members by key, the last of a repeated key. A row that is no object is the one member `value`. */
function membersOf(row: string): Map<string, string> {
  return isObject(row) ? new Map(entriesOf(row)) : new Map([['value', row]]);
}

/** A key may have dots of its own, at every level: the longest one that is there, and leads to the end, is meant. */
function resolve(get: (key: string) => string | undefined, parts: readonly string[]): string | undefined {
  for (let count = parts.length; count > 0; count--) {
    const value = get(parts.slice(0, count).join('.'));
    if (value === undefined) continue;
    if (count === parts.length) return value;
    const found = resolve((key) => stepInto(value, key), parts.slice(count));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A member of an object, or, where the step is a number, an element of an array. */
function stepInto(value: string, step: string): string | undefined {
  if (isArray(value)) return /^\d+$/.test(step) ? elementsOf(value)[Number(step)] : undefined;
  return memberOf(value, step);
}

/** The keys of all rows together, in the order of their first appearance. */
export function fieldsOf(rows: readonly string[]): string[] {
  const fields = new Set<string>();
  for (const row of rows) for (const key of membersOf(row).keys()) fields.add(key);
  return [...fields];
}

/** A row's fields as paths, one level of nesting included. */
function nestedFieldsOf(row: string): string[] {
  return [...membersOf(row)].flatMap(([key, value]) =>
    isObject(value) ? [key, ...entriesOf(value).map(([inner]) => `${key}.${inner}`)] : [key],
  );
}

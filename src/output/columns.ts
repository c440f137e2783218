import { ReventoError } from '../errors/revento-error.ts';
import { elementsOf, entriesOf, isArray, isObject, memberOf } from '../json/text.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import { nearest } from '../text/suggestion.ts';

/** Picks the same paths from every row. */
export interface Picker {
  readonly paths: readonly string[];
  /** The values at the paths as JSON text, undefined where the row has none. */
  pick(row: string): (string | undefined)[];
}

export function createPicker(paths: readonly string[]): Picker {
  const parts = paths.map((path) => path.split('.'));
  return {
    paths,
    pick(row) {
      const members = membersOf(row);
      return paths.map((path, index) => members.get(path) ?? resolve((key) => members.get(key), parts[index] ?? []));
    },
  };
}

/** A picker for the paths of `--columns`, which refuses those that are misspelled. */
export interface Choice {
  pick: Picker['pick'];
  /**
   * To be called with the first rows before any of them is printed.
   *
   * @throws ReventoError `usage` for a path whose field none of them has, and which is not one of `known`
   */
  check(rows: readonly string[]): void;
  /** After the last row: the problem with a path that no row had; null for none. */
  verdict(): ReventoError | null;
}

/** @param known  fields that may be missing in every row, such as those the guide names */
export function createChoice(paths: readonly string[], known: readonly string[]): Choice {
  const picker = createPicker(paths);
  const unseen = new Set(paths.filter((path) => !known.includes(path)));
  const fields = new Set<string>();
  let isChecked = false;
  const refusal = (path: string): ReventoError => {
    const available = [...fields].sort();
    const guess = nearest(path, [...available, ...known]);
    const list = `available fields: ${available.join(', ')}`;
    return new ReventoError('usage', sanitizeLine(`Unknown field ${JSON.stringify(path)} in --columns.`), {
      hint: sanitizeLine(guess === null ? list : `did you mean ${guess}? ${list}`),
    });
  };
  return {
    check(rows) {
      if (isChecked || rows.length === 0) return;
      isChecked = true;
      for (const row of rows) for (const field of nestedFieldsOf(row)) fields.add(field);
      const unknown = [...unseen].find((path) => !rows.some((row) => hasStart(row, path)));
      if (unknown !== undefined) throw refusal(unknown);
    },
    pick(row) {
      const values = picker.pick(row);
      if (unseen.size > 0) {
        values.forEach((value, index) => {
          if (value !== undefined) unseen.delete(paths[index] ?? '');
        });
      }
      return values;
    },
    verdict() {
      const [path] = unseen;
      return path === undefined || !isChecked ? null : refusal(path);
    },
  };
}

/** Whether a row has the field that a path begins with; what lies deeper may be there in other rows only. */
function hasStart(row: string, path: string): boolean {
  const parts = path.split('.');
  const members = membersOf(row);
  return parts.some((_part, index) => members.has(parts.slice(0, index + 1).join('.')));
}

/** A row's members by key, the last of a repeated key. A row that is not an object is the one member `value`. */
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

/** The same with the fields of objects, such as `custom_form_fields.favorite_track`, in place of the objects. */
export function flatFieldsOf(rows: readonly string[]): string[] {
  const fields = new Map<string, Set<string>>();
  for (const row of rows) {
    for (const [key, value] of membersOf(row)) {
      const inner = fields.get(key) ?? new Set<string>();
      fields.set(key, inner);
      if (isObject(value)) for (const [name] of entriesOf(value)) inner.add(`${key}.${name}`);
    }
  }
  return [...fields].flatMap(([key, inner]) => (inner.size === 0 ? [key] : [...inner]));
}

/** A row's fields as paths, one level of nesting included. */
function nestedFieldsOf(row: string): string[] {
  return [...membersOf(row)].flatMap(([key, value]) =>
    isObject(value) ? [key, ...entriesOf(value).map(([inner]) => `${key}.${inner}`)] : [key],
  );
}

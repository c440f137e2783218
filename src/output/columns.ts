import { ReventoError } from '../errors.ts';
import { elementsOf, entriesOf, isArray, isObject, memberOf } from './json-text.ts';

/**
 * The paths of `--columns a,b.c`.
 *
 * @throws ReventoError `usage` when there is none
 */
export function parseColumns(text: string): string[] {
  const paths = text
    .split(',')
    .map((path) => path.trim())
    .filter((path) => path !== '');
  if (paths.length === 0) throw new ReventoError('usage', '--columns names no column');
  return paths;
}

/**
 * The value at a path as JSON text, or undefined. A key that has dots in it is found before its parts are, and a
 * number counts into an array.
 */
export function valueAt(row: string, path: string): string | undefined {
  const whole = stepInto(row, path);
  if (whole !== undefined) return whole;
  let value: string | undefined = row;
  for (const step of path.split('.')) {
    if (value === undefined) return undefined;
    value = stepInto(value, step);
  }
  return value;
}

function stepInto(value: string, step: string): string | undefined {
  if (isObject(value)) return memberOf(value, step);
  if (isArray(value) && /^\d+$/.test(step)) return elementsOf(value)[Number(step)];
  return undefined;
}

/** The keys of all rows together, in the order of their first appearance. */
export function fieldsOf(rows: readonly string[]): string[] {
  const fields = new Set<string>();
  for (const row of rows) for (const [key] of entriesOf(row)) fields.add(key);
  return [...fields];
}

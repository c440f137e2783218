// Reads templates and inserts their text into sources.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The request cannot be fulfilled; the message says why. */
export class Refusal extends Error {}

/**
 * A template with its placeholders filled in.
 *
 * @param {string} name
 * @param {Readonly<Record<string, string>>} values  by placeholder, without the underscores around it
 */
export function fromTemplate(name, values) {
  const text = readFileSync(join(import.meta.dirname, '../templates', `${name}.txt`), 'utf8');
  return text.replace(/__([A-Za-z]+)__/g, (_whole, key) => {
    if (!Object.hasOwn(values, key)) throw new Error(`the template ${name} needs ${key}`);
    return values[key];
  });
}

/**
 * Appends rows to a table in a source.
 *
 * @param {string} declaration  how the table begins, such as `const eventTypes`. If it is missing, that is an error,
 * not a guess
 */
export function appendRows(file, declaration, text) {
  const source = readFileSync(file, 'utf8');
  const begin = source.indexOf(`${declaration}:`);
  const end = begin < 0 ? -1 : source.slice(begin).search(/^[\]}];$/m);
  if (end < 0) throw new Error(`${file} has no ${declaration}; change scripts/new with it`);
  insertAt(file, begin + end, text);
}

export function insertAt(file, index, text) {
  const source = readFileSync(file, 'utf8');
  writeFileSync(file, `${source.slice(0, index)}${text}${source.slice(index)}`);
}

/** Turns `web-hook` into `webHook`. */
export function camelCase(name) {
  return name.replace(/[- ]([a-z0-9])/g, (_whole, letter) => letter.toUpperCase());
}

/** Words joined by single dashes, such as `token-refresh`. */
export const plainName = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

import { isUtf8 } from 'node:buffer';
import { isJson } from '../json/parse.ts';
import { deliveryHeaders } from '../webhook/signature.ts';
import { mapJson } from './map-json.ts';
import { type Field, meaningOf } from './personal.ts';

/** What takes the place of a text. */
export const masked = '[masked]';

/** Headers of a delivery that say nothing about a person. */
const openHeaders: ReadonlySet<string> = new Set([...Object.values(deliveryHeaders), 'content-type', 'content-length']);

/**
 * A JSON value without the data of people: texts are `[masked]`, numbers 0 and booleans false. Ids, times, words of
 * the contract, names of fields, nulls and empty texts stay. A field that is not known counts as personal.
 *
 * @param json  valid JSON
 * @param published  fields that are, in this value, not of a person
 */
export function maskJson(json: string, published: readonly string[] = []): string {
  return mapJson(json, {
    text: (value, place) => (value === '' || isOpen(place, value, published) ? value : masked),
    other: (raw, place) => {
      if (isOpen(place, JSON.parse(raw), published)) return raw;
      return raw === 'true' || raw === 'false' ? 'false' : '0';
    },
    // An object may have a member for each person.
    key: (name) => (name.includes('@') ? masked : name),
  });
}

/** Bytes that may be JSON; all of them, as one text, where they are not. */
export function maskBytes(bytes: Uint8Array, published: readonly string[] = []): Buffer {
  const [, mark = '', text = ''] = /^(\ufeff?)(.*)$/s.exec(Buffer.from(bytes).toString('utf8')) ?? [];
  if (bytes.length === 0) return Buffer.alloc(0);
  return Buffer.from(isUtf8(bytes) && isJson(text) ? mark + maskJson(text, published) : masked);
}

/** A delivery line with a masked body and headers. Its signature is that of the body as it came. */
export function maskLine(line: string): string {
  return mapJson(line, {
    text(value, { path }) {
      if (path === 'body') return maskBytes(Buffer.from(value)).toString('utf8');
      if (path === 'body_base64') return maskBytes(Buffer.from(value, 'base64')).toString('base64');
      return path.startsWith('headers.') && !openHeaders.has(path.slice('headers.'.length)) ? masked : value;
    },
    other: (raw) => raw,
    key: (name, { path }) => (path === `headers.${name}` && name.includes('@') ? masked : name),
  });
}

/** With a prefix, or a UUID: a number of a passport or of a taxpayer is called an id, too. */
const idForm = /^(?:[a-z]{2,4}_[\w:.-]+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;

function isOpen(field: Field, value: unknown, published: readonly string[]): boolean {
  const meaning = meaningOf(field, value, published);
  if (meaning === 'id') return typeof value === 'string' && idForm.test(value);
  return meaning !== 'person' && meaning !== 'answers';
}

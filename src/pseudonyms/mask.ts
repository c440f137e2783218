import { isUtf8 } from 'node:buffer';
import { isApiCode } from '../api/failure.ts';
import { isJson } from '../json/parse.ts';
import { mapJson, type Place } from './map-json.ts';
import { isHeaderName, isOpenHeader } from './open-header.ts';
import { meaningOf } from './personal.ts';
import { hasTypeForm, isSchemaKey } from './scrub-json.ts';
import { idPrefix, isInRows, isOpenPath, isUuid } from './vocabulary.ts';

/** What takes the place of a text. */
export const masked = '[masked]';

/** What the body of a delivery has of the organizer's. */
const inBody = ['data.title'];

/**
 * A JSON value without the data of people: texts are `[masked]`, numbers 0 and booleans false. Ids, times, words of
 * the contract, names of fields, nulls and empty texts stay. A field that is not known counts as personal.
 *
 * @param json  valid JSON
 * @param published  fields of rows, or paths, that are, in this value, not of a person
 */
export function maskJson(json: string, published: readonly string[] = []): string {
  return mapJson(json, {
    text: (value, place) => (value === '' || isOpen(place, value, published) ? value : masked),
    other: (raw, place) => {
      if (isOpen(place, JSON.parse(raw), published)) return raw;
      return raw === 'true' || raw === 'false' ? 'false' : '0';
    },
    // An object may have a member for each person.
    key: (name) => (isSchemaKey(name) || isId(name) ? name : masked),
  });
}

/** Bytes that may be JSON; all of them, as one text, where they are not. */
export function maskBytes(bytes: Uint8Array, published: readonly string[] = []): Buffer {
  const [, mark = '', text = ''] = /^(\ufeff?)(.*)$/s.exec(Buffer.from(bytes).toString('utf8')) ?? [];
  if (bytes.length === 0) return Buffer.alloc(0);
  return Buffer.from(isUtf8(bytes) && isJson(text) ? mark + maskJson(text, published) : masked);
}

/** The same for the body of a delivery, whose event type stays. */
export function maskBody(bytes: Uint8Array): Buffer {
  return maskBytes(bytes, inBody);
}

/** A delivery line with a masked body and headers. Its signature is that of the body as it came. */
export function maskLine(line: string): string {
  return mapJson(line, {
    text(value, { path, name }) {
      if (path === 'body') return maskBody(Buffer.from(value)).toString('utf8');
      if (path === 'body_base64') return maskBody(Buffer.from(value, 'base64')).toString('base64');
      if (path === 'event') return hasTypeForm(value) ? value : masked;
      if (path === 'delivery_id') return isId(value) ? value : masked;
      if (path === 'forward.url') return maskUrl(value);
      return path.startsWith('headers.') && !isOpenHeader(name ?? '', value) ? masked : value;
    },
    other: (raw) => raw,
    key: (name, { path }) => (path === `headers.${name}` && !isHeaderName(name) ? masked : name),
  });
}

/** A text of an event's type or an id's form, or null, as it is; any other one masked. */
export function maskHead(text: string | null): string | null {
  return text === null || hasTypeForm(text) || isId(text) ? text : masked;
}

/** A header as it is shown: a value, and a name, that may be about a person is masked. */
export function maskHeader([name, value]: readonly [string, string]): readonly [string, string] {
  return [isHeaderName(name.toLowerCase()) ? name : masked, isOpenHeader(name, value) ? value : masked];
}

/** A handler's address without a path that may name somebody. */
export function maskUrl(text: string): string {
  if (!URL.canParse(text)) return masked;
  const { origin, pathname, search } = new URL(text);
  return origin + (isOpenPath(pathname) && search === '' ? pathname : `/${masked}`);
}

function isOpen(place: Place, value: unknown, published: readonly string[]): boolean {
  const { name, path } = place;
  if (path === 'type' && published === inBody) return hasTypeForm(String(value));
  // The frame of an answer of the API.
  if (path === 'error') return isApiCode(String(value));
  if (path === 'has_more') return typeof value === 'boolean';
  const meaning = meaningOf(place, value, published);
  if (meaning === 'id') return typeof value === 'string' && isId(value);
  if (meaning !== 'published') return meaning !== 'person' && meaning !== 'answers';
  return published.includes(path) || (published.includes(name ?? '') && isInRows(path));
}

/** With a prefix of the contract's, or a UUID: a number of a passport or of a taxpayer is called an id, too. */
function isId(text: string): boolean {
  return idPrefix(text) !== '' || isUuid(text);
}

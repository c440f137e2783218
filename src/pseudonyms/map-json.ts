import {
  closeBrace,
  closeBracket,
  comma,
  decodeString,
  endOfString,
  endOfValue,
  openBrace,
  openBracket,
  quote,
  skipSpace,
} from '../json/text.ts';
import { type Field, hasAnswers } from './personal.ts';

/** A place in a JSON value. */
export interface Place extends Field {
  /** The names on the way to it, joined by dots; lists add none. */
  readonly path: string;
}

/** What takes the place of the parts of a JSON value. */
interface Mapping {
  text(value: string, place: Place): string;
  /** @param raw  a number as it is written, `true` or `false`. @returns JSON */
  other(raw: string, place: Place): string;
  key(name: string, place: Place): string;
}

interface Open {
  readonly place: Place;
  readonly isList: boolean;
}

/**
 * The same JSON with other texts and numbers: white space, order, repeated names, nulls and the way in which
 * characters are escaped stay. Walks without recursion, however deep the value is.
 *
 * @param json  valid JSON
 */
export function mapJson(
  json: string,
  mapping: Mapping,
  root: Place = { name: null, isAnswer: false, path: '' },
): string {
  const open: Open[] = [];
  let made = '';
  let copied = 0;
  let place = root;
  const put = (from: number, to: number, text: string) => {
    made += json.slice(copied, from) + text;
    copied = to;
  };
  for (let at = skipSpace(json, 0); at < json.length; at = skipSpace(json, at)) {
    const code = json.charCodeAt(at);
    const around = open.at(-1);
    if (code === openBrace || code === openBracket) {
      open.push({ place, isList: code === openBracket });
      at = keyFrom(at + 1);
    } else if (code === closeBrace || code === closeBracket) {
      open.pop();
      at++;
    } else if (code === comma) {
      // An element of a list is what its list is.
      if (around?.isList === true) place = around.place;
      at = keyFrom(at + 1);
    } else {
      const end = code === quote ? endOfString(json, at) : endOfValue(json, at);
      const raw = json.slice(at, end);
      if (code === quote) put(at, end, quoted(mapping.text(decodeString(raw), place), raw));
      else if (raw !== 'null') put(at, end, mapping.other(raw, place));
      at = end;
    }
  }
  return made + json.slice(copied);

  /** Passes the name of a member, if one comes next, and gives where its value begins. */
  function keyFrom(from: number): number {
    const around = open.at(-1);
    const at = skipSpace(json, from);
    if (around === undefined || around.isList || json.charCodeAt(at) !== quote) return at;
    const end = endOfString(json, at);
    const raw = json.slice(at, end);
    const name = decodeString(raw);
    place = memberPlace(around.place, name);
    const other = mapping.key(name, place);
    if (other !== name) put(at, end, quoted(other, raw));
    // Behind the colon.
    return skipSpace(json, end) + 1;
  }
}

/** Where a member of an object is. */
export function memberPlace(parent: Place, name: string): Place {
  return {
    name,
    isAnswer: parent.isAnswer || hasAnswers(parent.name),
    path: parent.path === '' ? name : `${parent.path}.${name}`,
  };
}

/** As JSON, escaped as the original was. */
function quoted(text: string, raw: string): string {
  const json = JSON.stringify(text);
  if (!/\\u/i.test(raw)) return json;
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

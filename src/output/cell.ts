import { compact, decodeString, isArray, isObject } from '../json/text.ts';
import { sanitizeLine } from '../text/sanitize.ts';
import type { Style } from '../text/style.ts';
import { type Calendar, localCalendar, momentOf } from './moment.ts';

/** The content of a table cell: one safe line, and its decoration, applied after cutting. */
export interface Cell {
  readonly text: string;
  readonly paint: Paint;
  /** Of a time: the offset of its zone, such as `UTC+1`. */
  readonly offset?: string;
}

export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan' | 'plain';

const statusField = /(^|[._])(status|state|action)$/;
const idField = /(^|[._])id$/;

const statusPaint = new Map<string, Paint>([
  ['approved', 'green'],
  ['active', 'green'],
  ['published', 'green'],
  ['confirmed', 'green'],
  ['open', 'green'],
  ['pending', 'yellow'],
  ['draft', 'yellow'],
  ['expired', 'yellow'],
  ['rejected', 'red'],
  ['revoked', 'red'],
  ['cancelled', 'red'],
  ['full', 'red'],
  ['revision_requested', 'cyan'],
]);

/**
 * A JSON value as a cell: text without quotes, times in one zone, yes and no, `-` for null and for what is missing, the
 * rest as compact JSON. Numbers keep their digits.
 *
 * @param now milliseconds since the Unix epoch; a time of another year shows its year
 * @param calendar  of the zone to show times in
 */
export function cellOf(value: string | undefined, path: string, now: number, calendar: Calendar = localCalendar): Cell {
  if (value === undefined || value === 'null') return { text: '-', paint: 'dim' };
  if (value === 'true') return { text: 'yes', paint: 'plain' };
  if (value === 'false') return { text: 'no', paint: 'plain' };
  if (!value.startsWith('"')) return { text: sanitizeLine(compact(value)), paint: 'plain' };
  const text = decodeString(value);
  const moment = momentOf(text);
  if (moment !== null) {
    return { text: calendar.dayAndTime(moment, now), paint: 'plain', offset: calendar.offset(moment) };
  }
  return { text: sanitizeLine(text), paint: (statusField.test(path) && statusPaint.get(text)) || 'plain' };
}

/**
 * What cutting a cell destroys: part of a text, the meaning of a time or number, or the use of an id. Null for an empty
 * cell.
 */
export type Loss = 'some' | 'sense' | 'id';

export function lossByCut(value: string | undefined, path: string): Loss | null {
  if (value === undefined || value === 'null') return null;
  if (!value.startsWith('"')) return isObject(value) || isArray(value) ? 'some' : 'sense';
  if (idField.test(path)) return 'id';
  return momentOf(decodeString(value)) === null ? 'some' : 'sense';
}

export function decorate(text: string, paint: Paint, style: Style): string {
  return paint === 'plain' ? text : style[paint](text);
}

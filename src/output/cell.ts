import { compact, decodeString, isArray, isObject } from '../json/text.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import type { Style } from '../text/style.ts';

/** What stands in a cell of a table: one safe line, and how it is decorated once it has been cut to its width. */
export interface Cell {
  readonly text: string;
  readonly paint: Paint;
}

export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan' | 'plain';

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;
const statusField = /(^|[._])(status|state|action)$/;
const idField = /(^|[._])id$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

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
 * A JSON value as a cell: text without quotes, times in the local zone, yes and no, `-` for null and for what is
 * not there, the rest as compact JSON. Numbers keep their digits.
 *
 * @param now milliseconds since the Unix epoch; a time of another year shows its year
 */
export function cellOf(value: string | undefined, path: string, now: number): Cell {
  if (value === undefined || value === 'null') return { text: '-', paint: 'dim' };
  if (value === 'true') return { text: 'yes', paint: 'plain' };
  if (value === 'false') return { text: 'no', paint: 'plain' };
  if (!value.startsWith('"')) return { text: sanitiseLine(compact(value)), paint: 'plain' };
  const text = decodeString(value);
  if (isoTime.test(text)) return { text: shortTime(text, now), paint: 'plain' };
  return { text: sanitiseLine(text), paint: (statusField.test(path) && statusPaint.get(text)) || 'plain' };
}

/**
 * How much is lost once the end of a cell is cut off: of text some, of a time or number what it says, of an id that
 * it can be copied. Null for what is not there.
 */
export type Loss = 'some' | 'sense' | 'id';

export function lossByCut(value: string | undefined, path: string): Loss | null {
  if (value === undefined || value === 'null') return null;
  if (!value.startsWith('"')) return isObject(value) || isArray(value) ? 'some' : 'sense';
  if (idField.test(path)) return 'id';
  return isoTime.test(decodeString(value)) ? 'sense' : 'some';
}

/** `Nov 24 06:24`, or `Nov 24 2025 06:24` when it is not this year; the text itself when it is no date after all. */
function shortTime(text: string, now: number): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  const two = (number: number) => String(number).padStart(2, '0');
  const year = time.getFullYear() === new Date(now).getFullYear() ? '' : ` ${time.getFullYear()}`;
  return `${months[time.getMonth()]} ${two(time.getDate())}${year} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

export function decorate(text: string, paint: Paint, style: Style): string {
  return paint === 'plain' ? text : style[paint](text);
}

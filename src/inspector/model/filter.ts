import type { Row } from './row.ts';

/** What the filter box asks for. */
export interface Filter {
  readonly matches: (row: Row) => boolean;
  /** What could not be understood, one sentence each. */
  readonly problems: readonly string[];
}

type Test = (row: Row) => boolean;

/** Fields and what they take, for the help beside the box. */
export const filterFields = [
  ['type:application.*', 'event type; * stands for any text'],
  ['status:5xx', 'what the handler answered: 503, 5xx, 2xx or none'],
  ['verdict:bad', 'signature: ok or bad, or a reason such as signature_mismatch'],
  ['slower:200ms', 'handler took longer; also faster:1s'],
  ['dup:yes', 'came again after it was acknowledged; or no'],
  ['subject:ptp_', 'id of the participant or thing begins with this'],
  ['id:1f0c', 'delivery id begins with this'],
  ['-type:data.*', 'everything but this; works before any word'],
  ['"Zoë B"', 'text in the body or a header'],
] as const;

/**
 * Reads a filter: words that must all match, separated by spaces. `FIELD:VALUE` compares a field, a leading minus
 * negates a word, quotes keep spaces; anything else is text to search for, ignoring case. A field that does not exist
 * is text too.
 */
export function parseFilter(text: string): Filter {
  const problems: string[] = [];
  const tests: Test[] = [];
  for (const [, minus, field = '', quoted, plain] of text.matchAll(wordForm)) {
    const value = (quoted ?? plain ?? '').trim();
    const make = Object.hasOwn(fields, field.toLowerCase()) ? fields[field.toLowerCase()] : undefined;
    // A field whose value is still to be typed.
    if (field === '' && Object.hasOwn(fields, value.replace(/:$/, '').toLowerCase()) && value.endsWith(':')) continue;
    if (make !== undefined && value === '') continue;
    const test = make === undefined ? textTest(field === '' ? value : `${field}:${value}`) : make(value);
    if (typeof test === 'string') problems.push(test);
    else if (test !== null) tests.push(minus === '-' ? (row) => !test(row) : test);
  }
  return { matches: (row) => tests.every((test) => test(row)), problems };
}

const wordForm = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|([^\s"]+))/gi;

/** A sentence where the value is not one that the field takes. */
const fields: Readonly<Record<string, (value: string) => Test | string>> = {
  type: (value) => {
    const form = new RegExp(`^${value.split('*').map(escapeForm).join('.*')}$`, 'i');
    return ({ type }) => form.test(type);
  },
  status: (value) => {
    if (value === 'none') return ({ status }) => status === null;
    const [, digit] = /^([1-5])(?:xx)?$/i.exec(value) ?? [];
    if (digit !== undefined) return ({ status }) => status !== null && Math.floor(status / 100) === Number(digit);
    if (!/^\d{3}$/.test(value)) return `status: takes a status such as 503 or 5xx, or none; not ${value}.`;
    return ({ status }) => status === Number(value);
  },
  verdict: (value) => {
    const wanted = value.toLowerCase();
    if (wanted === 'ok' || wanted === 'good') return ({ line }) => line.verified;
    if (wanted === 'bad') return ({ line }) => !line.verified;
    return ({ line }) => line.reason?.startsWith(wanted) === true;
  },
  slower: (value) => {
    const limit = milliseconds(value);
    return limit === null
      ? `slower: takes a time such as 200ms or 1.5s; not ${value}.`
      : ({ ms }) => (ms ?? -1) > limit;
  },
  faster: (value) => {
    const limit = milliseconds(value);
    if (limit === null) return `faster: takes a time such as 200ms or 1.5s; not ${value}.`;
    return ({ ms }) => ms !== null && ms < limit;
  },
  dup: (value) => {
    if (!/^(?:yes|no|true|false)$/i.test(value)) return `dup: takes yes or no; not ${value}.`;
    const wanted = /^[yt]/i.test(value);
    return ({ line }) => line.duplicate === wanted;
  },
  subject: (value) => {
    const start = value.toLowerCase();
    return ({ subject }) => subject?.toLowerCase().startsWith(start) === true;
  },
  id: (value) => {
    const start = value.toLowerCase();
    return ({ line }) => line.delivery_id?.toLowerCase().startsWith(start) === true;
  },
};

function textTest(text: string): Test | null {
  const wanted = text.toLowerCase();
  return wanted === '' ? null : ({ searched }) => searched.includes(wanted);
}

function milliseconds(text: string): number | null {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s)?$/i.exec(text) ?? [];
  if (number === undefined) return null;
  return Number(number) * (unit?.toLowerCase() === 's' ? 1_000 : 1);
}

function escapeForm(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

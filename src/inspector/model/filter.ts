import type { Row } from './row.ts';

/** A parsed filter. */
export interface Filter {
  readonly matches: (row: Row) => boolean;
  /** Mistakes in the filter, one sentence each. */
  readonly problems: readonly string[];
}

type Test = (row: Row) => boolean;

/** Fields and their values, for the help beside the input. */
export const filterFields = [
  ['type:application.*', 'event type; * matches any text'],
  ['status:5xx', 'status from the handler: 503, 5xx, 2xx or none'],
  ['verdict:bad', 'signature: ok or bad, or a reason such as signature_mismatch'],
  ['slower:200ms', 'handler took longer than this; also faster:1s'],
  ['dup:yes', 'sent again after it was acknowledged; or no'],
  ['subject:ptp_', 'ID of the participant or object starts with this'],
  ['id:1f0c', 'delivery ID starts with this'],
  ['-type:data.*', 'excludes matches; works before any word'],
  ['"Zoë B"', 'text in the body or a header'],
] as const;

/**
 * Parses a filter: words that must all match, separated by spaces. `FIELD:VALUE` compares a field, a leading minus
 * negates a word, quotes keep spaces; everything else is text to search for, ignoring case. An unknown field is text
 * too.
 */
export function parseFilter(text: string): Filter {
  const problems: string[] = [];
  const tests: Test[] = [];
  for (const [, minus, field = '', quoted, plain] of text.matchAll(wordForm)) {
    const value = (quoted ?? plain ?? '').trim();
    const make = Object.hasOwn(fields, field.toLowerCase()) ? fields[field.toLowerCase()] : undefined;
    // A field without a value yet.
    if (field === '' && Object.hasOwn(fields, value.replace(/:$/, '').toLowerCase()) && value.endsWith(':')) continue;
    if (make !== undefined && value === '') continue;
    const test = make === undefined ? textTest(field === '' ? value : `${field}:${value}`) : make(value);
    if (typeof test === 'string') problems.push(test);
    else if (test !== null) tests.push(minus === '-' ? (row) => !test(row) : test);
  }
  return { matches: (row) => tests.every((test) => test(row)), problems };
}

const wordForm = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|([^\s"]+))/gi;

/** A sentence if the value is invalid for the field, or null. */
const fields: Readonly<Record<string, (value: string) => Test | string>> = {
  type: (value) => {
    const form = new RegExp(`^${value.split('*').map(escapeForm).join('.*')}$`, 'i');
    return ({ type }) => form.test(type);
  },
  status: (value) => {
    if (value === 'none') return ({ status }) => status === null;
    const [, digit] = /^([1-5])(?:xx)?$/i.exec(value) ?? [];
    if (digit !== undefined) return ({ status }) => status !== null && Math.floor(status / 100) === Number(digit);
    if (!/^\d{3}$/.test(value)) return `Invalid status:${value}. Use a status such as 503 or 5xx, or none.`;
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
      ? `Invalid slower:${value}. Use a time such as 200ms or 1.5s.`
      : ({ ms }) => (ms ?? -1) > limit;
  },
  faster: (value) => {
    const limit = milliseconds(value);
    if (limit === null) return `Invalid faster:${value}. Use a time such as 200ms or 1.5s.`;
    return ({ ms }) => ms !== null && ms < limit;
  },
  dup: (value) => {
    if (!/^(?:yes|no|true|false)$/i.test(value)) return `Invalid dup:${value}. Use yes or no.`;
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

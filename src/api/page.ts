import { ReventoError } from '../errors/revento-error.ts';
import { isJson } from '../json/parse.ts';
import { decodeString, elementsOf, entriesOf, isArray } from '../json/text.ts';
import { JsonText } from '../json/value.ts';
import type { HttpResponse } from '../ports/exchange.ts';
import { asBuffer } from '../text/bytes.ts';

/** One page of a list. */
export interface Page {
  /** Where the next page begins; null when there is none. Known before the rows are parsed. */
  readonly nextCursor: string | null;
  /**
   * The unchanged rows, each one JSON document.
   *
   * @throws ReventoError `bad_answer` when the page is not valid JSON
   */
  rows(): readonly JsonText[];
}

/** The text of a body. @throws ReventoError `bad_answer` when it is not JSON */
export function jsonOf(answer: HttpResponse, what: string): JsonText {
  const text = textOf(answer).trim();
  checkJson(text, answer, what);
  return new JsonText(text);
}

/**
 * A page out of an answer: `{"data": [...], "next_cursor": string|null, "has_more": bool}`.
 *
 * @param hint  what to do when the answer is not a list, where the caller knows better than "is this the right host?"
 * @throws ReventoError `bad_answer` when it is anything else
 *
 * Source: guide, pagination: `has_more` is the signal. Assumed: where it is missing, a cursor means there is more.
 */
export function readPage(answer: HttpResponse, what: string, hint?: string): Page {
  const text = textOf(answer).trim();
  const members = new Map(entriesOf(text));
  const data = members.get('data');
  if (data === undefined || !isArray(data)) {
    checkJson(text, answer, what);
    throw new ReventoError('bad_answer', `${what} did not return a list.`, hint === undefined ? {} : { hint });
  }
  const cursor = members.get('next_cursor') ?? 'null';
  // A cursor that is not a JSON string leads nowhere; rows() reports that the page is broken.
  const nextCursor = isString(cursor) ? decodeString(cursor) : null;
  const signal = members.get('has_more') ?? `${nextCursor !== null}`;
  // Read as "no more", any other signal would silently end the list early.
  if (signal !== 'true' && signal !== 'false') {
    checkJson(text, answer, what);
    throw new ReventoError('bad_answer', `${what} returned a has_more that is neither true nor false.`);
  }
  const hasMore = signal === 'true';
  if (hasMore && (nextCursor === null || nextCursor === '')) {
    checkJson(text, answer, what);
    throw new ReventoError('bad_answer', `${what} returned has_more without a next_cursor.`);
  }
  return {
    nextCursor: hasMore ? nextCursor : null,
    rows() {
      checkJson(text, answer, what);
      return elementsOf(data).map((row) => new JsonText(row));
    },
  };
}

function textOf({ body }: HttpResponse): string {
  return asBuffer(body).toString('utf8');
}

function checkJson(text: string, { status }: HttpResponse, what: string): void {
  if (!isJson(text)) throw new ReventoError('bad_answer', `${what} returned ${kindOf(text)}.`, { status });
}

/** What came instead of JSON. It is named by its first character and never quoted: it may be anything. */
function kindOf(text: string): string {
  if (text === '') return 'an empty body instead of JSON';
  if (text.startsWith('<')) return 'HTML instead of JSON (a login or proxy page?)';
  return /^[[{]/.test(text) ? 'JSON that is broken or cut off' : 'something other than JSON';
}

function isString(text: string): boolean {
  return text.startsWith('"') && isJson(text);
}

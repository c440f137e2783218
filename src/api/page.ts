import { ReventoError } from '../errors.ts';
import { JsonText } from '../output/item.ts';
import { decodeString, elementsOf, entriesOf, isArray } from '../output/json-text.ts';
import type { HttpResponse } from '../platform/ports.ts';

/** One page of a list. */
export interface Page {
  /** The rows as they came, each one JSON document. */
  readonly rows: readonly JsonText[];
  /** Where the next page begins; null when there is none. */
  readonly nextCursor: string | null;
}

/** The text of a body. @throws ReventoError `bad_answer` when it is not JSON */
export function jsonOf(answer: HttpResponse, what: string): JsonText {
  const { buffer, byteOffset, byteLength } = answer.body;
  const text = Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
  try {
    JSON.parse(text);
  } catch {
    // The parser's message quotes the answer, which is nobody's business in a log.
    throw new ReventoError('bad_answer', `${what} was answered ${answer.status} with something that is not JSON.`);
  }
  return new JsonText(text.trim());
}

/**
 * A page out of an answer: `{"data": [...], "next_cursor": string|null, "has_more": bool}`.
 *
 * @throws ReventoError `bad_answer` when it is anything else
 *
 * Source: guide, pagination: `has_more` is the signal. Assumed: where it is missing, a cursor means there is more.
 */
export function readPage(answer: HttpResponse, what: string): Page {
  const members = new Map(entriesOf(jsonOf(answer, what).text));
  const data = members.get('data');
  if (data === undefined || !isArray(data))
    throw new ReventoError('bad_answer', `${what} was answered without a list.`);
  const cursor = members.get('next_cursor') ?? 'null';
  const nextCursor = cursor.startsWith('"') ? decodeString(cursor) : null;
  const hasMore = (members.get('has_more') ?? `${nextCursor !== null}`) === 'true';
  if (hasMore && (nextCursor === null || nextCursor === '')) {
    throw new ReventoError('bad_answer', `${what} was answered with more to come, but no cursor to it.`);
  }
  return { rows: elementsOf(data).map((row) => new JsonText(row)), nextCursor: hasMore ? nextCursor : null };
}

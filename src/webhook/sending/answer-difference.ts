import { decoded } from '../../http/encoding.ts';
import { failureWords } from '../../http/failure.ts';
import { differences, isSameValue } from '../../json/difference.ts';
import { parseJson } from '../../json/parse.ts';
import { levelsOf } from '../../json/text.ts';
import type { HeaderList, HttpResponse } from '../../ports/exchange.ts';
import { asBuffer } from '../../text/bytes.ts';
import type { Posted } from './post.ts';

/** One difference between the answers of two handlers to the same delivery. */
export interface AnswerDifference {
  readonly part: 'status' | 'header' | 'body';
  /** Of a header, in lower case; of a member of a JSON body, its jq path; null for a status or another body. */
  readonly name: string | null;
  /** What the first handler answered; null without it. */
  readonly to: string | null;
  readonly against: string | null;
}

/**
 * Headers that are compared: what a client acts on. Others differ between equal answers, such as Date, Server,
 * ETag and request IDs.
 */
export const comparedHeaders = ['content-type', 'location', 'retry-after'] as const;

export interface ComparisonOptions {
  /** More headers to compare, in lower case. */
  readonly headers: readonly string[];
  /** Whether a jq path of a JSON body does not count; `.` is any body as a whole. */
  readonly isIgnored: (path: string) => boolean;
}

/**
 * What differs between two answers. JSON is compared by value: neither the order of members nor white space counts.
 *
 * @throws ReventoError `bad_answer` when a body has an unknown or broken content encoding
 */
export async function answerDifferences(
  to: Posted,
  against: Posted,
  options: ComparisonOptions,
): Promise<readonly AnswerDifference[]> {
  const [first, second] = [outcome(to), outcome(against)];
  const status: AnswerDifference = { part: 'status', name: null, to: first, against: second };
  const found = first === second ? [] : [status];
  if (to.response === null || against.response === null) return found;
  const names = new Set([...comparedHeaders, ...options.headers]);
  for (const name of names) found.push(...headerDifferences(name, to.response.headers, against.response.headers));
  if (options.isIgnored('.')) return found;
  const [old, now] = await Promise.all([to, against].map(answerOf));
  return old === undefined || now === undefined ? found : [...found, ...bodyDifferences(old, now, options)];
}

function outcome({ status, error }: Posted): string {
  return status === null ? failureWords[error ?? 'unexpected'] : String(status);
}

async function answerOf({ response, url }: Posted): Promise<HttpResponse> {
  return decoded(response as HttpResponse, `POST ${new URL(url).host}`);
}

function headerDifferences(name: string, first: HeaderList, second: HeaderList): readonly AnswerDifference[] {
  const [to, against] = [first, second].map((headers) => headerValue(name, headers));
  if (to === undefined || against === undefined || normal(name, to) === normal(name, against)) return [];
  return [{ part: 'header', name, to, against }];
}

function headerValue(name: string, headers: HeaderList): string | null {
  const values = headers.filter(([header]) => header.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? null : values.join(', ');
}

/** A content type may be written in several ways; JSON has one charset, named or not. */
function normal(name: string, value: string | null): string | null {
  if (name !== 'content-type' || value === null) return value;
  const type = value.toLowerCase().replace(/[\s"]/g, '');
  return /^application\/(?:[\w.-]+\+)?json;charset=utf-8$/.test(type) ? type.replace(';charset=utf-8', '') : type;
}

function bodyDifferences(
  first: HttpResponse,
  second: HttpResponse,
  { isIgnored }: ComparisonOptions,
): readonly AnswerDifference[] {
  if (asBuffer(first.body).equals(second.body)) return [];
  const [before, after] = [jsonOf(first), jsonOf(second)];
  if (before === null || after === null) {
    return [{ part: 'body', name: null, ...excerpts(asBuffer(first.body), asBuffer(second.body)) }];
  }
  return differences(before, after, { isSame: isSameValue, isIgnored }).map(
    ({ path, before: to, after: against }): AnswerDifference => ({ part: 'body', name: path, to, against }),
  );
}

/** Deeper JSON is compared as bytes. */
const deepest = 500;

/** The JSON text of a body; null for other bodies, such as a word that happens to be JSON. */
function jsonOf({ headers, body }: HttpResponse): string | null {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return null;
  }
  const isDeclared = /json/i.test(headerValue('content-type', headers) ?? '');
  if (!isDeclared && !/^\s*[[{]/.test(text)) return null;
  return parseJson(text) !== undefined && levelsOf(text).deepest <= deepest ? text : null;
}

/** How much of two bodies is shown, around the first byte that differs. */
const shownBytes = 60;

function excerpts(first: Buffer, second: Buffer): { readonly to: string; readonly against: string } {
  let at = 0;
  while (at < first.length && first[at] === second[at]) at++;
  const from = Math.max(0, at - 10);
  const excerpt = (body: Buffer) =>
    `${body.length} bytes, from byte ${from}: ${JSON.stringify(body.subarray(from, from + shownBytes).toString('utf8'))}`;
  return { to: excerpt(first), against: excerpt(second) };
}

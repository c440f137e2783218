import { randomBytes } from 'node:crypto';
import type { Json } from '../../json/value.ts';
import type { HttpResponse } from '../../ports/exchange.ts';
import { json } from '../message/reply.ts';

type Fields = { readonly [field: string]: Json };

/** A field that a later version of the API may add; clients have to ignore it. */
const unknownFields: Fields = { added_later: { by: 'sandbox', kinds: ['unknown', null, 1.5] }, added_later_at: null };

/** The answer with unknown fields, in it and in its rows. */
export function withUnknownFields(answer: HttpResponse): HttpResponse {
  return eachRecord(answer, (record) => ({ ...record, ...unknownFields }));
}

/** A status that no page of the guide has; clients have to expect it. */
const unknownWord = 'sandbox_new_status';

/** The answer with an unknown value in every status of it and its rows. */
export function withUnknownWords(answer: HttpResponse): HttpResponse {
  const isStatus = (name: string, value: Json) => /(^|_)status$/.test(name) && typeof value === 'string';
  return eachRecord(answer, (record) =>
    Object.fromEntries(
      Object.entries(record).map(([name, value]) => [name, isStatus(name, value) ? unknownWord : value]),
    ),
  );
}

/** An error with a useless message in a rare language: only the code is meaningful. */
export function withScrambledMessage(answer: HttpResponse): HttpResponse {
  const value = answer.status < 400 ? null : fieldsOf(answer);
  if (value === null) return answer;
  const name = 'error_description' in value ? 'error_description' : 'message';
  if (!(name in value)) return answer;
  const message = `Beiðni hafnað ${randomBytes(4).toString('hex')}`;
  return { ...answer, body: json(answer.status, { ...value, [name]: message }).body };
}

function eachRecord(answer: HttpResponse, alter: (record: Fields) => Fields): HttpResponse {
  const value = answer.status === 200 ? fieldsOf(answer) : null;
  if (value === null) return answer;
  const rows = Array.isArray(value['data']) ? value['data'] : null;
  const data = rows?.map((row: Json) => alter(row as Fields));
  return { ...answer, body: json(200, { ...alter(value), ...(data ? { data } : {}) }).body };
}

/** Our own answers are JSON objects, or HTML pages. */
function fieldsOf({ body }: HttpResponse): Fields | null {
  const text = Buffer.from(body).toString('utf8');
  return text.startsWith('{') ? JSON.parse(text) : null;
}

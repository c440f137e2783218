import { parseRecord } from '../../json/parse.ts';
import type { Json } from '../../json/value.ts';
import type { Incoming } from '../message/request.ts';

/** The parameters of a query; of a repeated one the first. */
export function queryOf({ query }: Incoming): ReadonlyMap<string, string> {
  return new Map(query.names().map((name) => [name, query.get(name) ?? '']));
}

/** The parameters of a body; none for an empty one, null where it is not a JSON object. */
export function readBody(incoming: Incoming): { readonly [field: string]: Json } | null {
  if (incoming.body.length === 0) return {};
  return parseRecord(Buffer.from(incoming.body).toString('utf8')) as { readonly [field: string]: Json } | null;
}

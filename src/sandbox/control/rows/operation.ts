import * as v from 'valibot';
import type { Json } from '../../../json/value.ts';

/** Something the running sandbox does on request: a row that its server, the command line and the documents share. */
export interface Operation {
  readonly method: 'GET' | 'POST';
  /** Below `/_sandbox/v1`; `{name}` stands for a parameter of that name. */
  readonly path: string;
  /** Of an answer that did it; 202 where a delivery has only been started. */
  readonly status: 200 | 202;
  /** One line of help. */
  readonly summary: string;
  readonly params: v.GenericSchema;
  readonly result: v.GenericSchema;
}

export const flag = (about: string) => v.optional(v.pipe(v.boolean(), v.description(about)), false);
export const eventId = v.exactOptional(
  v.pipe(v.string(), v.description('an event of the sandbox; default is the test event')),
);
export const json = v.custom<Json>(() => true);

import * as v from 'valibot';
import type { Json } from '../../../json/value.ts';
import type { RefusalCode } from '../refusal.ts';

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
  /** Codes it may be refused with, besides those of every operation (`commonRefusals`). */
  readonly refusals: readonly RefusalCode[];
  /** One use of it, which the documents show and a test runs. */
  readonly example: Example;
}

export interface Example {
  readonly params: { readonly [name: string]: Json };
  /** What has to be done before, in a new sandbox; its result gives a parameter. */
  readonly after?: {
    readonly operation: string;
    readonly params: { readonly [name: string]: Json };
    /** Which parameter, and the path to it in the result, as jq has it. */
    readonly gives: { readonly param: string; readonly from: string };
  };
}

/** What every operation may be refused with. */
export const commonRefusals: readonly RefusalCode[] = ['validation_error', 'forbidden'];

export const flag = (about: string) => v.optional(v.pipe(v.boolean(), v.description(about)), false);
export const eventId = v.exactOptional(
  v.pipe(v.string(), v.description('an event of the sandbox; default is the test event')),
);
export const json = v.custom<Json>(() => true);

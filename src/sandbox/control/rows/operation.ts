import * as v from 'valibot';
import type { Json } from '../../../json/value.ts';
import { described, nothing, optional } from '../../message/shape.ts';
import type { RefusalCode } from '../refusal.ts';

/** Something the running sandbox does on request: a row that its server, the command line and the documents share. */
export interface Operation {
  readonly method: 'GET' | 'POST';
  /** Below `/_sandbox/v1`; `{name}` stands for a parameter of that name. */
  readonly path: string;
  /** The status on success; 202 for a delivery that was only started. */
  readonly status: 200 | 202;
  /** One line of help. */
  readonly summary: string;
  readonly params: v.GenericSchema;
  readonly result: v.GenericSchema;
  /** Refusal codes, besides those of every operation (`commonRefusals`). */
  readonly refusals: readonly RefusalCode[];
  /** An example, which the documentation shows and a test runs. */
  readonly example: Example;
}

export interface Example {
  readonly params: { readonly [name: string]: Json };
  /** The operation to do first in a new sandbox; its result provides a parameter. */
  readonly after?: {
    readonly operation: string;
    readonly params: { readonly [name: string]: Json };
    /** The parameter, and the jq path to it in the result. */
    readonly gives: { readonly param: string; readonly from: string };
  };
}

export const commonRefusals: readonly RefusalCode[] = ['validation_error', 'forbidden', 'unsupported_media_type'];

/** What most operations have: they answer 200, take no parameters and refuse nothing of their own. */
export const usual = { status: 200, params: nothing, refusals: [], example: { params: {} } } as const;

export const flag = (about: string) => v.optional(described(v.boolean(), about), false);
export const eventId = optional(v.string(), 'an event of the sandbox; default: the test event');
export const json = v.custom<Json>(() => true);

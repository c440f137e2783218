import * as v from 'valibot';
import type { Json } from '../../json/value.ts';
import { delivery } from '../deliveries/delivery.ts';

/** Something the running sandbox does on request: a row that its server, the command line and the documents share. */
interface Operation {
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

const flag = (about: string) => v.optional(v.pipe(v.boolean(), v.description(about)), false);
const eventId = v.exactOptional(
  v.pipe(v.string(), v.description('an event of the sandbox; default is the test event')),
);
const deliveries = v.pipe(v.array(delivery), v.readonly());
const faults = v.pipe(
  v.object({
    faults: v.pipe(
      v.array(
        v.pipe(
          v.object({
            fault: v.string(),
            hits: v.pipe(v.number(), v.description('requests it has been applied to')),
            remaining: v.pipe(v.nullable(v.number()), v.description('requests it still applies to; null is all')),
          }),
          v.readonly(),
        ),
      ),
      v.readonly(),
    ),
  }),
  v.readonly(),
);
const json = v.custom<Json>(() => true);

/** Everything the control path can do. */
export const operations = {
  deliveries: {
    method: 'GET',
    path: '/deliveries',
    status: 200,
    summary: 'List what was sent, oldest first',
    params: v.strictObject({}),
    result: v.pipe(v.object({ deliveries }), v.readonly()),
  },
  redeliver: {
    method: 'POST',
    path: '/deliveries/{delivery_id}/redeliver',
    status: 202,
    summary: 'Send a delivery again under its id, with a new signature',
    params: v.strictObject({ delivery_id: v.string() }),
    result: delivery,
  },
  trigger: {
    method: 'POST',
    path: '/trigger',
    status: 202,
    summary: 'Send a delivery of an event type',
    params: v.strictObject({
      // It becomes a header, so it has to be one plain word.
      type: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'must be a word such as application.approved')),
      event_id: eventId,
      data: v.exactOptional(v.pipe(json, v.description('the data of the envelope; default is a sample'))),
    }),
    result: delivery,
  },
  revoke: {
    method: 'POST',
    path: '/revoke',
    status: 200,
    summary: 'End logins, as an organizer or participants would in Revento',
    params: v.strictObject({
      kind: v.optional(v.picklist(['installation', 'user']), 'installation'),
      event_id: eventId,
    }),
    result: v.pipe(
      v.object({
        revoked: v.pipe(v.number(), v.description('logins that ended')),
        event_id: v.string(),
        kind: v.picklist(['installation', 'user']),
        deliveries,
      }),
      v.readonly(),
    ),
  },
  faults: {
    method: 'GET',
    path: '/faults',
    status: 200,
    summary: 'List active faults and how often each has fired',
    params: v.strictObject({}),
    result: faults,
  },
  fault: {
    method: 'POST',
    path: '/faults',
    status: 200,
    summary: 'Inject faults, or clear them',
    params: v.strictObject({
      add: v.optional(v.pipe(v.array(v.string()), v.description('such as api:500x2')), []),
      clear: flag('remove every active fault first'),
    }),
    result: faults,
  },
  rotate: {
    method: 'POST',
    path: '/rotate',
    status: 200,
    summary: 'Start a rotation of the webhook signing secret, or finish it',
    params: v.strictObject({ finish: flag('end the rotation: only the new secret signs') }),
    result: v.pipe(
      v.object({
        webhook_secret: v.string(),
        webhook_secret_previous: v.pipe(v.nullable(v.string()), v.description('null when only one secret signs')),
      }),
      v.readonly(),
    ),
  },
  reset: {
    method: 'POST',
    path: '/reset',
    status: 200,
    summary: 'Forget logins, rate limits and deliveries, and start the faults over',
    params: v.strictObject({ keep_logins: flag('leave tokens valid') }),
    result: v.pipe(v.object({ reset: v.literal(true) }), v.readonly()),
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
/** What a caller gives; defaults may be left out. */
export type ParamsOf<Name extends OperationName> = v.InferInput<(typeof operations)[Name]['params']>;
/** What the server works with. */
export type ReadParamsOf<Name extends OperationName> = v.InferOutput<(typeof operations)[Name]['params']>;
export type ResultOf<Name extends OperationName> = v.InferOutput<(typeof operations)[Name]['result']>;

/** The path of an operation, below `/_sandbox/v1`, and the parameters that go into its body. */
export function spread<Name extends OperationName>(
  name: Name,
  params: ParamsOf<Name>,
): { readonly path: string; readonly body: { readonly [name: string]: Json | undefined } } {
  const body: Record<string, Json | undefined> = { ...params };
  const path = operations[name].path.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = encodeURIComponent(`${body[key] ?? ''}`);
    delete body[key];
    return value;
  });
  return { path, body };
}

/** The operation a request asks for, with the parameters in its path; its method when only that differs; or null. */
export function operationAt(
  method: string,
  path: string,
):
  | { readonly name: OperationName; readonly inPath: Readonly<Record<string, string>> }
  | { readonly allowed: string[] }
  | null {
  const allowed: string[] = [];
  for (const name of Object.keys(operations) as OperationName[]) {
    const { method: own, path: template } = operations[name];
    const found = matchTemplate(template, path);
    if (found === null) continue;
    if (own === method) return { name, inPath: found };
    allowed.push(own);
  }
  return allowed.length === 0 ? null : { allowed };
}

function matchTemplate(template: string, path: string): Record<string, string> | null {
  const [ours, theirs] = [template.split('/'), path.split('/')];
  if (ours.length !== theirs.length) return null;
  const found: Record<string, string> = {};
  for (const [index, part] of ours.entries()) {
    const given = theirs[index] ?? '';
    const key = /^\{(\w+)\}$/.exec(part)?.[1];
    if (key !== undefined) found[key] = given;
    else if (part !== given) return null;
  }
  return found;
}

/** The checked parameters of an operation, or what is wrong with them. */
export function readParams<Name extends OperationName>(
  name: Name,
  value: unknown,
): { readonly params: ReadParamsOf<Name> } | { readonly problem: string } {
  const read = v.safeParse(operations[name].params, value);
  if (read.success) return { params: read.output as ReadParamsOf<Name> };
  return { problem: problemOf(read.issues[0]) };
}

/** The result in an answer; null when the answer is not one of this operation. */
export function readResult<Name extends OperationName>(name: Name, value: unknown): ResultOf<Name> | null {
  const read = v.safeParse(operations[name].result, value);
  return read.success ? (read.output as ResultOf<Name>) : null;
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  const where = v.getDotPath(issue) ?? 'the body';
  if (issue.type === 'regex') return `${where} ${issue.message}`;
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return `${where} is not a parameter of this operation`;
  if (issue.received === 'undefined') return `${where} is missing`;
  return `${where} must be ${issue.expected}, not ${issue.received}`;
}

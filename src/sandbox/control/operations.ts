import * as v from 'valibot';
import type { Json } from '../../json/value.ts';
import { problemOf } from '../world/problem.ts';
import { actionRows } from './rows/actions.ts';
import { auditRows } from './rows/audit.ts';
import { clockRows } from './rows/clock.ts';
import { deliveryRows } from './rows/deliveries.ts';
import { documentRows } from './rows/documents.ts';
import { faultRows } from './rows/faults.ts';
import { lifeRows } from './rows/life.ts';
import { logRows } from './rows/log.ts';
import { loginRows } from './rows/logins.ts';
import { peopleRows } from './rows/people.ts';

/** Every operation of the control API: rows that the server, the command line and the documentation share. */
export const operations = {
  ...deliveryRows,
  ...lifeRows,
  ...actionRows,
  ...faultRows,
  ...clockRows,
  ...logRows,
  ...auditRows,
  ...peopleRows,
  ...loginRows,
  ...documentRows,
};

export type OperationName = keyof typeof operations;
/** Parameters as a caller passes them; those with defaults are optional. */
export type ParamsOf<Name extends OperationName> = v.InferInput<(typeof operations)[Name]['params']>;
/** Parameters as the server uses them, defaults included. */
export type ReadParamsOf<Name extends OperationName> = v.InferOutput<(typeof operations)[Name]['params']>;
export type ResultOf<Name extends OperationName> = v.InferOutput<(typeof operations)[Name]['result']>;

/** The path of an operation, below `/_sandbox/v1`, with the query of a GET; and the parameters that go into a body. */
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
  if (operations[name].method !== 'GET') return { path, body };
  const query = new URLSearchParams(
    Object.entries(body).map(([key, value]): [string, string] => [key, String(value)]),
  ).toString();
  return { path: query === '' ? path : `${path}?${query}`, body: {} };
}

/** Parameters from the query of a GET: texts, but for those that are numbers. */
export function fromQuery(name: OperationName, query: ReadonlyMap<string, string>): { readonly [name: string]: Json } {
  const entries: Readonly<Record<string, v.GenericSchema>> = operations[name].params.entries;
  return Object.fromEntries(
    [...query].map(([key, text]) => [key, isNumeric(entries[key]) && /^\d+$/.test(text) ? Number(text) : text]),
  );
}

function isNumeric(schema: (v.GenericSchema & { readonly wrapped?: v.GenericSchema }) | undefined): boolean {
  return schema !== undefined && (schema.type === 'number' || isNumeric(schema.wrapped));
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

/** The result in an answer; null for an answer that is not of this operation. */
export function readResult<Name extends OperationName>(name: Name, value: unknown): ResultOf<Name> | null {
  const read = v.safeParse(operations[name].result, value);
  return read.success ? (read.output as ResultOf<Name>) : null;
}

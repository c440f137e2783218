import type { JsonSchema } from './json-schema.ts';

/** What the guide leaves open is marked, with what this tool assumes of it. */
export const choice = (assumption: string): JsonSchema => ({ 'x-choice': assumption });

export function jsonAnswer(description: string, schema: JsonSchema, more: JsonSchema = {}): JsonSchema {
  return { description, ...more, content: { 'application/json': { schema } } };
}

/** An error answer with one of these codes; a code that is assumed is named in `x-choice`. */
export function errorAnswer(description: string, codes: readonly string[], more: JsonSchema = {}): JsonSchema {
  const narrowed = { properties: { error: { enum: [...codes] } } };
  return jsonAnswer(description, { allOf: [{ $ref: '#/components/schemas/Error' }, narrowed] }, more);
}

/** The shape of every error. */
export const errorSchema: JsonSchema = {
  type: 'object',
  description: 'Branch on `error`, never on `message`; there may be more fields',
  properties: {
    error: { type: 'string' },
    message: { type: 'string' },
    request_id: { type: 'string', description: 'that of the request, or a new one' },
  },
  required: ['error', 'message', 'request_id'],
};

export const text: JsonSchema = { type: 'string' };
export const time: JsonSchema = { type: 'string', format: 'date-time' };
export const nullable = (type: string): JsonSchema => ({ type: [type, 'null'] });

/** An object with documented fields, which are always there, and assumed ones. Clients must accept unknown fields. */
export function objectOf(documented: JsonSchema, assumed: JsonSchema = {}): JsonSchema {
  const marked = Object.entries(assumed).map(([name, schema]) => [
    name,
    { ...(schema as JsonSchema), 'x-choice': true },
  ]);
  return {
    type: 'object',
    properties: { ...documented, ...Object.fromEntries(marked) },
    required: Object.keys(documented),
  };
}

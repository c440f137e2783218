import * as v from 'valibot';
import { fields } from '../../world/happening.ts';
import type { Operation } from './operation.ts';

/** What a machine reads about the sandbox. */
export const documentRows = {
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    status: 200,
    summary: 'Return the OpenAPI 3.1 document of this API and of the contract of Revento that the sandbox implements',
    params: v.strictObject({}),
    result: v.pipe(fields, v.description('the document; what is an assumption of this tool has `x-choice` in it')),
    refusals: [],
    example: { params: {} },
  },
} as const satisfies Record<string, Operation>;

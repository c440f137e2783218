import { described } from '../../message/shape.ts';
import { fields } from '../../world/happening.ts';
import { type Operation, usual } from './operation.ts';

/** What a machine reads about the sandbox. */
export const documentRows = {
  openapi: {
    ...usual,
    method: 'GET',
    path: '/openapi.json',
    summary: 'Return the OpenAPI 3.1 document of this API and of the contract of Revento that the sandbox implements',
    result: described(fields, 'the document; what is an assumption of this tool has `x-choice` in it'),
  },
} as const satisfies Record<string, Operation>;

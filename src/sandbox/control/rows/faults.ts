import * as v from 'valibot';
import { described, list, object } from '../../message/shape.ts';
import { flag, type Operation, usual } from './operation.ts';

const faults = object({
  faults: list(
    object({
      fault: v.string(),
      hits: described(v.number(), 'requests it has been applied to'),
      remaining: described(v.nullable(v.number()), 'requests it still applies to; null means all'),
    }),
  ),
});

/** Injected faults. */
export const faultRows = {
  faults: {
    ...usual,
    method: 'GET',
    path: '/faults',
    summary: 'List active faults and how often each has fired',
    result: faults,
  },
  fault: {
    ...usual,
    method: 'POST',
    path: '/faults',
    summary: 'Inject faults, or clear them',
    params: v.strictObject({
      add: v.optional(described(v.array(v.string()), 'such as api:500x2'), []),
      remove: v.optional(described(v.array(v.string()), 'active faults to remove, written as they were injected'), []),
      clear: flag('remove every active fault first'),
    }),
    result: faults,
    refusals: ['not_found'],
    example: { params: { add: ['api:503x2'] } },
  },
} as const satisfies Record<string, Operation>;

import * as v from 'valibot';
import { flag, type Operation } from './operation.ts';

const faults = v.pipe(
  v.object({
    faults: v.pipe(
      v.array(
        v.pipe(
          v.object({
            fault: v.string(),
            hits: v.pipe(v.number(), v.description('requests it has been applied to')),
            remaining: v.pipe(v.nullable(v.number()), v.description('requests it still applies to; null means all')),
          }),
          v.readonly(),
        ),
      ),
      v.readonly(),
    ),
  }),
  v.readonly(),
);

/** Injected faults. */
export const faultRows = {
  faults: {
    method: 'GET',
    path: '/faults',
    status: 200,
    summary: 'List active faults and how often each has fired',
    params: v.strictObject({}),
    result: faults,
    refusals: [],
    example: { params: {} },
  },
  fault: {
    method: 'POST',
    path: '/faults',
    status: 200,
    summary: 'Inject faults, or clear them',
    params: v.strictObject({
      add: v.optional(v.pipe(v.array(v.string()), v.description('such as api:500x2')), []),
      remove: v.optional(
        v.pipe(v.array(v.string()), v.description('active faults to remove, written as they were injected')),
        [],
      ),
      clear: flag('remove every active fault first'),
    }),
    result: faults,
    refusals: ['not_found'],
    example: { params: { add: ['api:503x2'] } },
  },
} as const satisfies Record<string, Operation>;

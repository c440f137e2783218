import type { ConformanceCase } from './case.ts';
import { deliveryIds } from './delivery-ids.ts';
import { eventTypeCases } from './event-types.ts';
import { forged } from './forged.ts';
import { rotation } from './rotation.ts';
import { sequences } from './sequences.ts';
import { timestamps } from './timestamps.ts';
import { valid } from './valid.ts';

/** Every case, in the order they run: a plain valid delivery first, the reviews last. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...valid,
  ...eventTypeCases,
  ...rotation,
  ...forged,
  ...timestamps,
  ...deliveryIds,
  ...sequences,
];

/** The first case: if it fails, the others mean nothing. */
export const plainCase = conformanceCases[0] as ConformanceCase;

/** Whether a case can be run without a previous secret. */
export function isAlwaysRun(test: ConformanceCase): boolean {
  return !rotation.includes(test);
}

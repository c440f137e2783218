import type { ConformanceCase } from './bench.ts';
import { forged } from './forged.ts';
import { replayed } from './replayed.ts';
import { rotation } from './rotation.ts';
import { sequences } from './sequences.ts';
import { valid } from './valid.ts';

/** Every case, in the order they are run: a plain right delivery first. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...valid,
  ...rotation,
  ...forged,
  ...replayed,
  ...sequences,
];

/** Whether a case can be run without a previous secret. */
export function isAlwaysRun(test: ConformanceCase): boolean {
  return !rotation.includes(test);
}

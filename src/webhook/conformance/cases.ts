import type { ConformanceCase } from './bench.ts';
import { forged } from './forged.ts';
import { replayed } from './replayed.ts';
import { sequences } from './sequences.ts';
import { valid } from './valid.ts';

/** Every case, in the order they are run. */
export const conformanceCases: readonly ConformanceCase[] = [...valid, ...forged, ...replayed, ...sequences];

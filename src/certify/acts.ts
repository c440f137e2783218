import type { Act } from './act.ts';
import { consentActs } from './acts/consent.ts';
import { deliveryActs } from './acts/deliveries.ts';
import { errorActs } from './acts/errors.ts';
import { listActs } from './acts/lists.ts';
import { loginActs } from './acts/login.ts';
import { plainActs } from './acts/plain.ts';
import { effectActs, erasureActs } from './acts/traces.ts';

/** Every act, in the order in which they are played. */
export const acts: readonly Act[] = [
  ...plainActs,
  ...consentActs,
  ...loginActs,
  ...errorActs,
  ...listActs,
  ...deliveryActs,
  // Late: a handler that works slowly makes them take minutes. What the last act deletes is not left for the next run.
  ...effectActs,
  ...erasureActs,
];

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
  // Before many deliveries, which a handler that works slowly would still be working on.
  ...effectActs,
  ...deliveryActs,
  // Last, so that what it deletes is not left for the next run.
  ...erasureActs,
];

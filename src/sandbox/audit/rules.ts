import type { Rule } from './rule.ts';
import { accessRules } from './rules/access.ts';
import { consentRules } from './rules/consent.ts';
import { consentActRules } from './rules/consent-acts.ts';
import { deliveryRules } from './rules/deliveries.ts';
import { limitRules } from './rules/limits.ts';
import { listRules } from './rules/lists.ts';
import { refreshRules } from './rules/refresh.ts';
import { secretRules } from './rules/secrets.ts';
import { syncActRules } from './rules/sync-acts.ts';
import { traceRules } from './rules/traces.ts';

/** Every rule, in the order of a report. */
export const rules: readonly Rule[] = [
  ...consentRules,
  ...consentActRules,
  ...secretRules,
  ...refreshRules,
  ...accessRules,
  ...limitRules,
  ...listRules,
  ...syncActRules,
  ...deliveryRules,
  ...traceRules,
];

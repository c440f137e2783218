/** The scenarios in the package: `sandbox run --list`. */
export const builtInScenarios = [
  'registration-evening',
  'change-of-mind',
  'revoked-mid-sync',
  'secret-rotation',
  'outage-and-recovery',
  'deletion-demanded',
  'last-year',
] as const;
export type BuiltInScenario = (typeof builtInScenarios)[number];

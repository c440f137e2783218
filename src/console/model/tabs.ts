/** The parts of the console, in their order. */
export const tabs = [
  'Applications',
  'Activities',
  'Consents',
  'Tokens',
  'Clock',
  'Faults',
  'Deliveries',
  'Requests',
  'Scenarios',
  'Audit',
] as const;
export type Tab = (typeof tabs)[number];

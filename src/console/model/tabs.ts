import type { Askable } from './wire.ts';

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

/** The operation that reads what a part shows; null where none does. */
export const readings: Readonly<Record<Tab, Askable | null>> = {
  Applications: 'applications',
  Activities: 'activities',
  Consents: 'consents',
  Tokens: 'logins',
  Clock: 'clock',
  Faults: 'faults',
  Deliveries: 'deliveries',
  Requests: 'budgets',
  Scenarios: null,
  Audit: 'audit',
};

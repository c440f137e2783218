import type { CommandEntry } from './command.ts';

/** Every command, one line each, in the order help shows them. `load` imports the one that was named. */
export const registry: readonly CommandEntry[] = [
  {
    name: 'help exit-codes',
    summary: 'Every exit code and when it is given',
    group: 'More',
    load: async () => (await import('./help-exit-codes.ts')).helpExitCodes,
  },
  {
    name: 'help environment',
    summary: 'Every environment variable, and where settings come from',
    group: 'More',
    load: async () => (await import('./help-environment.ts')).helpEnvironment,
  },
];

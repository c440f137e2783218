import type { CommandEntry } from './command.ts';

/** Every command, one line each. Nothing here loads a command; `load` does, for the one that was named. */
export const registry: readonly CommandEntry[] = [
  {
    name: 'status',
    summary: 'Show who is logged in and how the tokens are kept',
    group: 'Login',
    aliases: ['whoami'],
    load: async () => (await import('./status.ts')).status,
  },
];

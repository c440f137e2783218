import type { CommandEntry } from './command.ts';

/** Every command, one line each, in the order help shows them. `load` imports the one that was named. */
export const registry: readonly CommandEntry[] = [];

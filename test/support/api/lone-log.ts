import type { SharedLog } from '../../../src/ports/store.ts';

/** A log that one process alone writes to. */
export function loneLog(): SharedLog {
  return { exchange: (line) => (line === null ? [] : [line]) };
}

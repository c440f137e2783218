import type { SharedLog } from '../../src/platform/ports.ts';

/** A log that one process alone writes to. */
export function loneLog(): SharedLog {
  return { exchange: (line) => (line === null ? [] : [line]) };
}

/**
 * Named moments at which a crash, a stop or a failure is interesting: between any two of them the store must be
 * recoverable. Nothing happens there unless a test has put a function under this symbol before the program starts.
 */
export type FaultPoint =
  | 'lock-waiting'
  | 'lock-succeeding'
  | 'lock-taken'
  | 'reserved'
  | 'intent-before-rename'
  | 'intent-written'
  | 'before-send'
  | 'answered'
  | 'commit-before-write'
  | 'commit-before-rename'
  | 'commit-renamed'
  | 'rescue-before-write'
  | 'released'
  | 'rekey-file'
  | 'key-before-link';

export type Fault = (point: FaultPoint) => void;

const hook = Symbol.for('revento.fault');

/** Tells a test's hook, if there is one, that this point is reached. Throws what the hook throws. */
export const fault: Fault = (point) => {
  (globalThis as { [hook]?: Fault })[hook]?.(point);
};

/**
 * Moments at which a test may crash, stop or fail the program: between any two of them the store must be recoverable.
 */
export type CrashPoint =
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
  | 'key-before-link'
  | 'log-before-append'
  | 'log-appended'
  | 'log-before-rename'
  | 'log-replaced'
  | 'journal-full';

const hook = Symbol.for('revento.crash-point');

/**
 * Calls the test's hook, if one was put under this symbol before the program started; nothing else ever happens here.
 *
 * @throws what the hook throws
 */
export function crashPoint(point: CrashPoint): void {
  (globalThis as { [hook]?: (point: CrashPoint) => void })[hook]?.(point);
}

export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. */
  now(): number;
  /** Never jumps: for measuring and for waiting limits. Milliseconds from an arbitrary start. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason at once when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

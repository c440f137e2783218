/** A program that runs beside this one, in a process group of its own. */
export interface Launched {
  readonly isRunning: boolean;
  /** Its exit status, 128 + n when signal n ended it, once it has ended. */
  readonly ended: Promise<number>;
  /** Resolves once it has ended and `onLine` was called with all that it printed. */
  readonly drained: Promise<void>;
  /**
   * Ends it and all that it started: asks first, and kills what is left after `graceMs` (default 3 000; 0 kills at
   * once). Resolves once nothing of it runs, or nothing more can be done.
   */
  end(graceMs?: number): Promise<void>;
}

export interface LaunchOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Where it runs; here by default. */
  readonly directory?: string | undefined;
  /** Called with each line that it prints, to stdout or stderr. It may hold secrets. */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

/**
 * Starts a program, without a shell and without input. It never outlives this process.
 *
 * @throws ReventoError `command_not_found`, `command_not_runnable`
 */
export type Launch = (command: readonly string[], options: LaunchOptions) => Promise<Launched>;

import type { Style } from '../text/style.ts';

/** A progress line on stderr that replaces itself; nothing is written unless stderr is a terminal. */
export interface Progress {
  update(text: string): void;
  /** Removes the line. Idempotent. */
  stop(): void;
}

/** The user's side of the program: everything here goes to stderr or comes from stdin, never to stdout. */
export interface Terminal {
  /** Whether a question may be asked: stdin and stderr are terminals, and neither `--no-input` nor `CI` forbids it. */
  readonly isInteractive: boolean;
  readonly isStderrTty: boolean;
  readonly isStdinTty: boolean;
  readonly style: Style;
  /** Writes one notice to stderr, a newline added. */
  notice(text: string): void;
  progress(text: string): Promise<Progress>;
  /** Asks one line; with `isHidden` what is typed is not shown. Rejects when the signal aborts. */
  ask(question: string, options?: { isHidden?: boolean; signal?: AbortSignal }): Promise<string>;
  /** All of stdin as bytes, up to `maxBytes` (default 64 MiB). */
  readStdin(maxBytes?: number): Promise<Uint8Array>;
  /** stdin piece by piece, without a limit. Throws `interrupted` on Ctrl-C. */
  stdin(): AsyncIterable<Uint8Array>;
}

/**
 * Opens a URL in the system browser, or in the program that `BROWSER` names.
 *
 * @returns `null` when it was started, else why not. Never rejects.
 */
export type OpenBrowser = (url: string) => Promise<string | null>;

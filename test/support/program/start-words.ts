import { revento } from './build.ts';

interface Start {
  /** Modules that are loaded before the program. */
  readonly preload?: readonly string[];
  /** Another than that of this test run. */
  readonly program?: string;
}

/** Whether the program under test is the one file without Node.js. */
export const isOneFile = !revento.endsWith('.js');

/** What starts the program, and its arguments, for `spawn` and similar functions. */
export function startOf(args: readonly string[], { preload = [], program = revento }: Start = {}): [string, string[]] {
  if (isOneFile) return [program, [...args]];
  return [process.execPath, [...preload.flatMap((path) => ['--require', path]), program, ...args]];
}

/** What its environment needs beside: the one file knows no flags of a runtime. */
export function preloadEnv(preload: readonly string[]): Record<string, string> {
  if (!isOneFile || preload.length === 0) return {};
  return { BUN_OPTIONS: preload.map((path) => `--preload ${path}`).join(' ') };
}

/** The program's first words on the command line of a shell. */
export const startLine = (isOneFile ? [revento] : [process.execPath, revento]).map((word) => `"${word}"`).join(' ');

/** For `skipIf`: why a test does not fit the one file, in words that go into its name; null where it does. */
export function onlyWithNode(reason: string): string | null {
  return isOneFile ? `npm only: ${reason}` : null;
}

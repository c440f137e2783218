import type { Interrupts } from '../../platform/process/interrupts.ts';
import type { OutputStream } from '../../platform/process/output-stream.ts';

/** The process, as the program sees it. */
export interface Edge {
  readonly argv: readonly string[];
  /** The words that start this program again, absolute. */
  readonly program: readonly string[];
  readonly env: Record<string, string | undefined>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** Throws when the current directory was removed. */
  readonly cwd: () => string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly interrupts: Interrupts;
}

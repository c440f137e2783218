import type { PrinterOptions } from '../../../src/output/format.ts';
import type { Item } from '../../../src/output/item.ts';
import { createPrinter } from '../../../src/output/printer.ts';
import { plainStyle } from '../../../src/text/style.ts';

/** What a run left on stdout and said beside it. */
interface Printed {
  readonly stdout: string;
  /** How many times something was written. */
  readonly writes: number;
  readonly notices: readonly string[];
  readonly failure: unknown;
}

/** What a run that prints a list into a pipe is made with. */
export const printerOptions: PrinterOptions = {
  breakable: (work) => work(),
  format: 'table',
  jq: null,
  columns: null,
  layout: { shape: 'rows' },
  style: plainStyle(),
  isTty: false,
  now: Date.parse('2026-11-24T12:00:00Z'),
  write: async () => true,
  notice: () => undefined,
};

/** Prints items as a run does: up to its end, and aborts after a failure. With `isAborted` the command itself fails. */
export async function printed(
  items: readonly Item[],
  options: Partial<PrinterOptions> & { readonly isAborted?: boolean } = {},
): Promise<Printed> {
  const chunks: Buffer[] = [];
  const notices: string[] = [];
  let failure: unknown = null;
  const printer = await createPrinter({
    ...printerOptions,
    write: async (chunk) => {
      chunks.push(Buffer.from(chunk as string));
      return true;
    },
    notice: (text) => notices.push(text),
    ...options,
  });
  try {
    for (const item of items) await printer.print(item);
    await (options.isAborted ? printer.abort() : printer.end());
  } catch (error) {
    failure = error;
    await printer.abort();
  }
  return { stdout: Buffer.concat(chunks).toString('utf8'), writes: chunks.length, notices, failure };
}

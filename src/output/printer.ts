import { ReventoError } from '../errors/revento-error.ts';
import { toText } from '../json/stringify.ts';
import type { Output, PrinterOptions } from './format.ts';
import type { Item, ValueItem } from './item.ts';
import { createRawBytes } from './raw-bytes.ts';
import { createView } from './view.ts';

/** Text that is written in one go, in UTF-16 units. */
const pieceChars = 64 * 1024;

/** Turns a command's items into output. */
export interface Printer {
  print(item: Item): Promise<void>;
  /** The command has ended: finishes the output. */
  end(): Promise<void>;
  /** The command failed midway: makes the output so far valid. */
  abort(): Promise<void>;
  /** The reader has left; the command may stop. */
  readonly isClosed: boolean;
}

/**
 * The printer for a format. Groups of rows are written as they come, one write a group, and are not kept (but for
 * `--jq`, which needs them all).
 *
 * @throws ReventoError `usage` when the options do not go together or the jq expression does not compile
 */
export async function createPrinter(options: PrinterOptions): Promise<Printer> {
  refuseContradictions(options);
  const view = await createView(options);
  function* outputsOf(values: readonly ValueItem[]): Generator<Output, void, void> {
    for (const value of values) yield view.value(value);
  }
  const raw = createRawBytes(options.isTty ? options.style : null);
  const notes: string[] = [];
  let isClosed = false;
  // What has to be closed in the end: a list, even one that turns out empty, or an answer that waits for jq.
  let isOpen = options.layout.shape === 'rows' || options.jq !== null;
  let isEnded = false;

  const write = async (chunk: string | Uint8Array) => {
    if (!isClosed && chunk.length > 0) isClosed = !(await options.write(chunk));
  };
  /** Small texts leave in one write; of a large one, and of one without end, a piece at a time is kept. */
  const writeAll = async (outputs: Iterable<Output>) => {
    let kept = '';
    for (const output of outputs) {
      // An async generator for each of thousands a second would take longer than their text.
      const pieces = typeof output === 'string' || output instanceof Promise ? [output] : output;
      for await (const piece of pieces) {
        kept += piece;
        if (kept.length < pieceChars) continue;
        await write(kept);
        kept = '';
        if (isClosed) return;
      }
    }
    await write(kept);
  };
  const settle = () => {
    const failure = view.failure?.() ?? null;
    if (failure !== null) throw failure;
  };
  const close = async (isWhole: boolean) => {
    // An end that fails is followed by an abort, which must not print the same again.
    if (isEnded) return;
    isEnded = true;
    if (isOpen) await writeAll([view.end(isWhole)]);
    await write(raw.end());
  };

  return {
    get isClosed() {
      return isClosed;
    },
    async print(item) {
      if (item.kind === 'bytes') await write(view.bytes?.(item.bytes) ?? raw.chunk(item.bytes));
      else if (item.kind === 'value') await writeAll([view.value(item)]);
      else if (item.kind === 'note') notes.push(item.text);
      else if (item.kind === 'values') await writeAll(outputsOf(item.values));
      else {
        isOpen = true;
        if (item.rows.length > 0) await write(await view.rows(item.rows.map(toText), item.zone));
      }
      settle();
    },
    async end() {
      await close(true);
      settle();
      for (const note of notes) options.notice(note);
      const complaint = view.complaint();
      if (complaint !== null) options.notice(complaint);
      const verdict = view.verdict?.() ?? null;
      if (verdict !== null) throw verdict;
    },
    abort: () => close(false),
  };
}

function refuseContradictions({ format, jq, columns, layout }: PrinterOptions): void {
  const isStream = layout.shape === 'events';
  if (jq === null && isStream && format === 'csv') {
    throw new ReventoError('usage', 'A stream of events has no CSV form.', { hint: 'use -o ndjson' });
  }
  if (columns !== null && isStream && format === 'table') {
    throw new ReventoError('usage', '--columns chooses fields of rows, and this command prints text.', {
      hint: 'add -o ndjson',
    });
  }
}

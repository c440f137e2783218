import { ReventoError } from '../errors/revento-error.ts';
import { toText } from '../json/stringify.ts';
import type { PrinterOptions } from './format.ts';
import type { Item } from './item.ts';
import { createRawBytes } from './raw-bytes.ts';
import { createView } from './view.ts';

/** Events that came together are written together, up to about this much: all of them may not fit into one string. */
const pieceChars = 256 * 1024;

/** Turns a command's items into output. */
export interface Printer {
  print(item: Item): Promise<void>;
  /** The command is done: closes what is open. */
  end(): Promise<void>;
  /** The command failed midway: what came so far is left valid and complete. */
  abort(): Promise<void>;
  /** Nobody reads any more; the command may stop. */
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
  const raw = createRawBytes(options.isTty ? options.style : null);
  let isClosed = false;
  // What has to be closed in the end: a list, even one that turns out empty, or an answer that waits for jq.
  let isOpen = options.layout.shape === 'rows' || options.jq !== null;
  let isEnded = false;

  const write = async (chunk: string | Uint8Array) => {
    if (!isClosed && chunk.length > 0) isClosed = !(await options.write(chunk));
  };
  const settle = () => {
    const failure = view.failure?.() ?? null;
    if (failure !== null) throw failure;
  };
  const close = async (isWhole: boolean) => {
    // An end that fails is followed by an abort, which must not print the same again.
    if (isEnded) return;
    isEnded = true;
    if (isOpen) await write(await view.end(isWhole));
    await write(raw.end());
  };

  return {
    get isClosed() {
      return isClosed;
    },
    async print(item) {
      if (item.kind === 'bytes') await write(view.bytes?.(item.bytes) ?? raw.chunk(item.bytes));
      else if (item.kind === 'value') await write(await view.value(item));
      else if (item.kind === 'values') {
        let text = '';
        for (const value of item.values) {
          text += await view.value(value);
          if (text.length < pieceChars) continue;
          await write(text);
          text = '';
        }
        await write(text);
      } else {
        isOpen = true;
        if (item.rows.length > 0) await write(await view.rows(item.rows.map(toText)));
      }
      settle();
    },
    async end() {
      await close(true);
      settle();
      const complaint = view.complaint();
      if (complaint !== null) options.notice(complaint);
    },
    abort: () => close(false),
  };
}

function refuseContradictions({ format, jq, columns, layout }: PrinterOptions): void {
  const isStream = layout.shape === 'events';
  if (jq !== null && columns !== null) {
    throw new ReventoError('usage', '--jq and --columns both choose fields: use one of them.', {
      hint: "with --jq: --jq '.[] | {id, role}'",
    });
  }
  if (jq === null && isStream && format === 'csv') {
    throw new ReventoError('usage', 'A stream of events has no CSV form.', { hint: 'use -o ndjson' });
  }
  if (columns !== null && isStream && format === 'table') {
    throw new ReventoError('usage', '--columns chooses fields of rows, and this command prints text.', {
      hint: 'add -o ndjson',
    });
  }
}

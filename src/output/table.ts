import { sanitizeLine } from '../text/sanitize.ts';
import type { Style } from '../text/style.ts';
import { type Cell, cellOf, decorate, type Loss, lossByCut } from './cell.ts';
import { createChoice, createPicker, fieldsOf, type Picker } from './columns.ts';
import type { RowFormat } from './format.ts';
import type { Column } from './item.ts';
import { type Calendar, calendarOf, localCalendar } from './moment.ts';
import { isPlain, loadRuler, plainRuler, type Ruler } from './width.ts';

const gap = '  ';
/** Columns are not made narrower than this to make room for others. */
const narrowest = 6;
/** The smallest useful width of an unrequested column, and of a cut one. */
const worthShowing = 12;

interface TableOptions {
  /** `--columns`, or null. */
  readonly chosen: readonly string[] | null;
  /** The columns of the command, without a choice. */
  readonly defaults: readonly Column[];
  /** Fields that `--columns` may name though no row has them. */
  readonly known?: readonly string[];
  readonly style: Style;
  readonly now: number;
  readonly notice: (text: string) => void;
}

/**
 * Rows as aligned columns. The first rows decide the columns and their widths; later ones can only widen a column, so
 * that a list of any length streams. To fit a width, it drops columns that are not needed and cuts cells, ids last;
 * without a width, everything is shown.
 */
export function createTable({ chosen, defaults, known = [], style, now, notice }: TableOptions): RowFormat {
  let picker: Pick<Picker, 'pick'> | null = null;
  const choice = chosen === null ? null : createChoice(chosen, known);
  let columns: readonly Column[] = [];
  let natural: number[] = [];
  const losses: (Loss | undefined)[] = [];
  let shown: readonly number[] | null = null;
  let ruler: Ruler = plainRuler;
  let calendar: Calendar = localCalendar;

  const begin = (rows: readonly string[]): Pick<Picker, 'pick'> => {
    columns = chooseColumns(rows);
    choice?.check(rows);
    return choice ?? createPicker(columns.map((column) => column.path));
  };

  const chooseColumns = (rows: readonly string[]): readonly Column[] => {
    if (chosen !== null) return chosen.map((path) => defaults.find((known) => known.path === path) ?? { path });
    // For a server whose rows have none of the expected fields.
    const known = createPicker(defaults.map((column) => column.path));
    const found = rows.map((row) => known.pick(row));
    const isThere = (index: number) => found.some((values) => values[index] !== undefined);
    if (defaults.some((_column, index) => isThere(index))) {
      return defaults.filter(({ isOptional }, index) => !isOptional || isThere(index));
    }
    const fields = fieldsOf(rows);
    const count = Math.max(1, Math.min(fields.length, Math.floor(style.width / (worthShowing + gap.length))));
    if (count < fields.length) notice(`${fields.length - count} more fields; use --columns to choose, or -o json.`);
    return fields.slice(0, count).map((path) => ({ path }));
  };

  const chooseShown = (): readonly number[] => {
    const all = columns.map((_, index) => index);
    if (chosen !== null) return all;
    const staying = columnsWithRoom(columns, natural, losses, style.width);
    const left = all.filter((index) => !staying.includes(index)).map((index) => columns[index]?.path);
    if (left.length > 0) {
      const what = left.length === 1 ? `Column ${left[0]}` : `Columns ${left.join(', ')}`;
      notice(`${what} hidden (terminal too narrow); use --columns to choose.`);
    }
    return staying;
  };

  const shortened = (cell: Cell, index: number): Cell => {
    const { beginning } = columns[index] ?? {};
    const isWhole = beginning === undefined || chosen !== null || !Number.isFinite(style.width);
    return isWhole ? cell : { ...cell, text: cell.text.slice(0, beginning) };
  };

  const lay = (lines: readonly (readonly Cell[])[]): string => {
    const measured = lines.map((line) => line.map((cell) => measure(cell, ruler)));
    for (const line of measured) natural = line.map((cell, index) => Math.max(natural[index] ?? 0, cell.width));
    // The first page decides, like the header.
    shown ??= chooseShown();
    const picked = <T>(all: readonly T[]): T[] => (shown ?? []).map((index) => all[index] as T);
    const room = style.width - gap.length * (shown.length - 1);
    const widths = fitWidths(picked(natural), room, picked(losses));
    return measured.map((line) => renderLine(picked(line), widths, style, ruler)).join('');
  };

  return {
    rows(rows, zone) {
      const isFirst = picker === null;
      if (isFirst && zone) calendar = calendarOf(zone) ?? localCalendar;
      picker ??= begin(rows);
      const { pick } = picker;
      const cellsOf = (row: string) =>
        pick(row).map((value, index) => {
          const path = columns[index]?.path ?? '';
          losses[index] = columns[index]?.isWhole ? 'id' : least(losses[index], lossByCut(value, path));
          return shortened(cellOf(value, path, now, calendar), index);
        });
      const cells = rows.map(cellsOf);
      const head = columns.map((column, index) =>
        headOf(
          column,
          cells.map((line) => line[index]?.offset),
        ),
      );
      const lines = isFirst ? [head, ...cells] : cells;
      if (ruler !== plainRuler || lines.every((line) => line.every(({ text }) => isPlain(text)))) return lay(lines);
      return loadRuler().then((loaded) => {
        ruler = loaded;
        return lay(lines);
      });
    },
    end: () => '',
    complaint: () => null,
    verdict: () => choice?.verdict() ?? null,
  };
}

/** The heading of a column; of one with times it names how far their zone is ahead, where that is the same for all. */
function headOf({ path, title }: Column, offsets: readonly (string | undefined)[]): Cell {
  const [offset, ...others] = new Set(offsets.filter((each) => each !== undefined));
  const suffix = offset === undefined || others.length > 0 ? '' : ` (${offset})`;
  return { text: sanitizeLine(title ?? path).toUpperCase() + suffix, paint: 'bold' };
}

interface MeasuredCell extends Cell {
  /** Columns it takes on a terminal. */
  readonly width: number;
}

function measure(cell: Cell, ruler: Ruler): MeasuredCell {
  return { ...cell, width: ruler.widthOf(cell.text) };
}

function renderLine(line: readonly MeasuredCell[], widths: readonly number[], style: Style, ruler: Ruler): string {
  const cells = line.map((cell, index) => {
    const columns = widths[index] ?? cell.width;
    const fitted = cell.width <= columns ? cell : measure({ ...cell, text: ruler.fitTo(cell.text, columns) }, ruler);
    const padding = index === line.length - 1 ? 0 : columns - fitted.width;
    return decorate(fitted.text, fitted.paint, style) + ' '.repeat(padding);
  });
  return `${cells.join(gap)}\n`;
}

const order: readonly Loss[] = ['some', 'sense', 'id'];

/** A column may be cut as far as its least important cell. */
function least(known: Loss | undefined, loss: Loss | null): Loss | undefined {
  if (loss === null || known === 'some') return known;
  return known === undefined || order.indexOf(loss) < order.indexOf(known) ? loss : known;
}

/** What may be cut at this cost; a column without a value only when every column may be cut. */
function cuttable(losses: readonly (Loss | undefined)[], most: Loss): boolean[] {
  return losses.map((loss) => order.indexOf(loss ?? 'id') <= order.indexOf(most));
}

/** The columns that stay after the least important ones were removed, until the rest is readable. */
function columnsWithRoom(
  columns: readonly Column[],
  natural: readonly number[],
  losses: readonly (Loss | undefined)[],
  width: number,
): readonly number[] {
  const isCut = cuttable(
    columns.map((_, index) => losses[index]),
    'some',
  );
  const wanted = natural.map((columns, index) => (isCut[index] ? Math.min(columns, worthShowing) : columns));
  const rank = (index: number) => columns[index]?.leaves ?? Number.POSITIVE_INFINITY;
  let staying = columns.map((_, index) => index);
  for (;;) {
    const needed = staying.reduce((sum, index) => sum + (wanted[index] ?? 0) + gap.length, -gap.length);
    const next = staying.reduce((best, index) => (rank(index) < rank(best) ? index : best), staying[0] ?? 0);
    if (needed <= width || rank(next) === Number.POSITIVE_INFINITY) return staying;
    staying = staying.filter((index) => index !== next);
  }
}

/**
 * Widths that fit into so many columns together: the widest give up room first, down to one common width. Columns
 * that lose more by it keep theirs while the others can make room for them: times and numbers are cut before ids.
 * When even the narrowest do not fit, the lines are longer than the terminal.
 */
export function fitWidths(
  natural: readonly number[],
  available: number,
  losses: readonly (Loss | undefined)[] = natural.map(() => 'some'),
): number[] {
  for (const most of order) {
    const isCut = cuttable(losses, most);
    const kept = natural.reduce((sum, width, index) => sum + (isCut[index] ? 0 : width), 0);
    const others = natural.filter((_width, index) => isCut[index]);
    const room = available - kept;
    if (others.reduce((sum, width) => sum + Math.min(width, narrowest), 0) > room) continue;
    const shared = shareWidths(others, room);
    return natural.map((width, index) => (isCut[index] ? (shared.shift() ?? width) : width));
  }
  return shareWidths(natural, available);
}

function shareWidths(natural: readonly number[], available: number): number[] {
  const total = (cap: number) => natural.reduce((sum, width) => sum + Math.min(width, cap), 0);
  if (total(Number.POSITIVE_INFINITY) <= available) return [...natural];
  let cap = Math.max(narrowest, Math.floor(available));
  while (cap > narrowest && total(cap) > available) cap--;
  // Width left over by the common cap goes to the cut columns, from the left.
  let spare = available - total(cap);
  return natural.map((width) => {
    if (width <= cap || spare <= 0) return Math.min(width, cap);
    spare--;
    return cap + 1;
  });
}

import type { Style } from '../platform/ports.ts';
import { type Cell, cellOf, decorate, isSpoiltByCut } from './cell.ts';
import { createPicker, fieldsOf, type Picker } from './columns.ts';
import type { Column } from './item.ts';
import type { RowFormat } from './row-format.ts';
import { sanitiseLine } from './sanitise.ts';
import { isNarrow, loadRuler, narrowRuler, type Ruler } from './width.ts';

const gap = '  ';
/** No column is made narrower than this by another one's wish for room. */
const narrowest = 6;
/** Columns at which a field nobody asked for is still worth showing. */
const worthShowing = 12;

export interface TableOptions {
  /** `--columns`, or null. */
  readonly chosen: readonly string[] | null;
  /** What the command shows when nothing was chosen. */
  readonly defaults: readonly Column[];
  readonly style: Style;
  readonly now: number;
  readonly notice: (text: string) => void;
}

/**
 * Rows as aligned columns. The first rows decide the columns and their widths; later ones can only widen a column,
 * so that a list of any length streams. Where there is a width to fit into, cells are cut; else they are whole.
 */
export function createTable({ chosen, defaults, style, now, notice }: TableOptions): RowFormat {
  let picker: Picker | null = null;
  let columns: readonly Column[] = [];
  let natural: number[] = [];
  const mayBeCut = new Set<number>();
  let ruler: Ruler = narrowRuler;

  const begin = (rows: readonly string[]): Picker => {
    columns = chooseColumns(rows);
    return createPicker(columns.map((column) => column.path));
  };

  const chooseColumns = (rows: readonly string[]): readonly Column[] => {
    if (chosen !== null) return chosen.map((path) => defaults.find((known) => known.path === path) ?? { path });
    // A server whose rows have none of the expected fields still has something to show.
    const known = createPicker(defaults.map((column) => column.path));
    if (rows.some((row) => known.pick(row).some((value) => value !== undefined))) return defaults;
    const fields = fieldsOf(rows);
    const shown = Math.max(1, Math.min(fields.length, Math.floor(style.width / (worthShowing + gap.length))));
    if (shown < fields.length) notice(`${fields.length - shown} more fields: choose with --columns, or see -o json`);
    return fields.slice(0, shown).map((path) => ({ path }));
  };

  const lay = (lines: readonly (readonly Cell[])[]): string => {
    const measured = lines.map((line) => line.map((cell) => measure(cell, ruler)));
    for (const line of measured) natural = line.map((cell, index) => Math.max(natural[index] ?? 0, cell.width));
    const room = style.width - gap.length * (natural.length - 1);
    const widths = fitWidths(natural, room, (index) => mayBeCut.has(index));
    return measured.map((line) => renderLine(line, widths, style, ruler)).join('');
  };

  return {
    rows(rows) {
      const head: Cell[][] = [];
      if (picker === null) {
        picker = begin(rows);
        head.push(columns.map((column) => ({ text: titleOf(column), paint: 'bold' })));
      }
      const { pick } = picker;
      const cellsOf = (row: string) =>
        pick(row).map((value, index) => {
          const path = columns[index]?.path ?? '';
          if (!mayBeCut.has(index) && !isSpoiltByCut(value, path)) mayBeCut.add(index);
          return cellOf(value, path, now);
        });
      const lines = [...head, ...rows.map(cellsOf)];
      if (ruler !== narrowRuler || lines.every((line) => line.every(({ text }) => isNarrow(text)))) return lay(lines);
      return loadRuler().then((loaded) => {
        ruler = loaded;
        return lay(lines);
      });
    },
    end: () => '',
    complaint: () => (chosen === null ? null : (picker?.complaint() ?? null)),
  };
}

function titleOf({ path, title }: Column): string {
  return sanitiseLine(title ?? path).toUpperCase();
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

/**
 * Widths that fit into so many columns together: the widest give up room first, down to one common width. Columns
 * that may not be cut keep theirs while the others can make room for them.
 * When even the narrowest do not fit, the lines are longer than the terminal.
 */
export function fitWidths(
  natural: readonly number[],
  available: number,
  mayBeCut: (index: number) => boolean = () => true,
): number[] {
  const isKept = natural.map((_width, index) => !mayBeCut(index));
  const kept = natural.filter((_width, index) => isKept[index]);
  const others = natural.filter((_width, index) => !isKept[index]);
  const room = available - kept.reduce((sum, width) => sum + width, 0);
  const isPossible = others.reduce((sum, width) => sum + Math.min(width, narrowest), 0) <= room;
  if (!isPossible) return shareWidths(natural, available);
  const shared = shareWidths(others, room);
  return natural.map((width, index) => (isKept[index] ? width : (shared.shift() ?? width)));
}

function shareWidths(natural: readonly number[], available: number): number[] {
  const total = (cap: number) => natural.reduce((sum, width) => sum + Math.min(width, cap), 0);
  if (total(Number.POSITIVE_INFINITY) <= available) return [...natural];
  let cap = Math.max(narrowest, Math.floor(available));
  while (cap > narrowest && total(cap) > available) cap--;
  // What the common cap leaves over goes to the columns that were cut, from the left.
  let spare = available - total(cap);
  return natural.map((width) => {
    if (width <= cap || spare <= 0) return Math.min(width, cap);
    spare--;
    return cap + 1;
  });
}

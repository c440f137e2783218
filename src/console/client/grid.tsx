import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useRoving } from '../../pages/client/roving.ts';
import { countWords } from '../../pages/client/words.ts';

/** Rows that are shown at first, and how many more at a time. */
const pageRows = 100;

export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ComponentChildren;
  readonly className?: string;
}

interface GridProps<Row> {
  readonly label: string;
  /** The first names the row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  /** Whether a row says that something went wrong. */
  readonly isBad?: (row: Row) => boolean;
  /** The row that a link points to. */
  readonly wanted?: string | null;
}

/** A table that is one tab stop: arrows move through its rows and the buttons in them. */
export function Grid<Row>({ label, columns, rows, idOf, isBad, wanted = null }: GridProps<Row>) {
  const [most, setMost] = useState(pageRows);
  const at = wanted === null ? -1 : rows.findIndex((row) => idOf(row) === wanted);
  const shown = rows.slice(0, Math.max(most, at + 1));
  const roving = useRoving(shown.map(idOf));
  return (
    <>
      <div class="scroll-x">
        {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid of table elements is a table without styles, too */}
        <table class="grid" role="grid" aria-label={label} aria-rowcount={rows.length + 1}>
          <thead>
            <tr>
              {columns.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody {...roving.list}>
            {shown.map((row) => (
              <GridRow
                key={idOf(row)}
                {...{ row, columns }}
                stop={roving.row(idOf(row))}
                isBad={isBad?.(row) ?? false}
                isWanted={idOf(row) === wanted}
              />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown.length && (
        <p class="more-rows">
          <button type="button" onClick={() => setMost(shown.length + pageRows)}>
            Show {Math.min(pageRows, rows.length - shown.length)} more
          </button>{' '}
          <span class="aside">{countWords(rows.length - shown.length, 'row is', 'rows are')} not drawn</span>
        </p>
      )}
    </>
  );
}

interface GridRowProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly stop: ReturnType<ReturnType<typeof useRoving>['row']>;
  readonly isBad: boolean;
  readonly isWanted: boolean;
}

function GridRow<Row>({ row, columns, stop, isBad, isWanted }: GridRowProps<Row>) {
  const look = (element: HTMLTableRowElement | null) => {
    if (!isWanted || element === null || element.dataset['seen'] === '') return;
    element.dataset['seen'] = '';
    element.scrollIntoView({ block: 'center' });
    element.focus({ preventScroll: true });
  };
  return (
    <tr
      ref={look}
      {...stop}
      data-item=""
      {...(isBad && { 'data-bad': '' })}
      class={isWanted ? 'wanted' : undefined}
      aria-current={isWanted ? 'true' : undefined}
    >
      {columns.map(({ name, cell, className }, index) =>
        index === 0 ? (
          <th key={name} scope="row" class={className}>
            {cell(row)}
          </th>
        ) : (
          <td key={name} data-name={name} class={className}>
            {cell(row)}
          </td>
        ),
      )}
    </tr>
  );
}

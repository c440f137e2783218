import { useState } from 'preact/hooks';

/** What marks a row of a list that is one tab stop, and what in it is reached by arrows. */
const rowMark = '[data-row]';
const actMark = '[data-act]';

interface Roving {
  /** For the element around the rows. */
  readonly list: {
    readonly 'data-list': '';
    readonly onKeyDown: (event: KeyboardEvent) => void;
    readonly onFocusIn: (event: FocusEvent) => void;
  };
  /** For the part of a row that takes the focus. Around it may stand the whole row, marked by `data-item`. */
  readonly row: (id: string) => { readonly 'data-row': string; readonly tabIndex: number };
}

/** For the buttons in a row: reached by the right arrow, not by Tab. */
export const actProps = { 'data-act': '', tabIndex: -1 } as const;

/**
 * A list that is one tab stop, however many rows it has: up and down move between rows, left and right between the
 * buttons of a row.
 *
 * @param ids  of all rendered rows
 */
export function useRoving(ids: readonly string[]): Roving {
  const [current, setCurrent] = useState<string | null>(null);
  const stop = current !== null && ids.includes(current) ? current : ids[0];
  return {
    list: {
      'data-list': '',
      onFocusIn: ({ target }) => {
        const row = rowOf(target);
        if (row !== null) setCurrent(row.getAttribute('data-row'));
      },
      onKeyDown: (event) => {
        if (event.altKey || event.ctrlKey || event.metaKey || !(event.currentTarget instanceof Element)) return;
        const to = destination(event.target, event.key, event.currentTarget);
        if (to === null) return;
        event.preventDefault();
        to.focus();
      },
    },
    row: (id) => ({ 'data-row': id, tabIndex: id === stop ? 0 : -1 }),
  };
}

/** The row that contains an element. */
function rowOf(target: EventTarget | null): HTMLElement | null {
  if (!(target instanceof Element)) return null;
  return (
    target.closest<HTMLElement>(rowMark) ?? target.closest('[data-item]')?.querySelector<HTMLElement>(rowMark) ?? null
  );
}

function destination(target: EventTarget | null, key: string, list: Element): HTMLElement | null {
  const row = rowOf(target);
  if (row === null || !(target instanceof HTMLElement)) return null;
  const rows = [...list.querySelectorAll<HTMLElement>(rowMark)];
  const at = rows.indexOf(row);
  switch (key) {
    case 'ArrowDown':
      return rows[at + 1] ?? null;
    case 'ArrowUp':
      return rows[at - 1] ?? null;
    case 'Home':
      return rows[0] ?? null;
    case 'End':
      return rows.at(-1) ?? null;
    case 'ArrowRight':
    case 'ArrowLeft': {
      const acts = [...(row.closest('[data-item]') ?? row).querySelectorAll<HTMLElement>(actMark)];
      const stops = [row, ...acts.filter((act) => act.getClientRects().length > 0)];
      return stops[stops.indexOf(target) + (key === 'ArrowRight' ? 1 : -1)] ?? null;
    }
    default:
      return null;
  }
}

/** Moves the focus by so many rows in the list that has it, or to the first list of a part of the page. */
export function moveRow(by: number, part: Element | null): void {
  const row = rowOf(document.activeElement);
  const list = (row ?? part?.querySelector(rowMark))?.closest('[data-list]') ?? null;
  const rows = [...(list?.querySelectorAll<HTMLElement>(rowMark) ?? [])];
  const from = row === null ? rows.findIndex(({ tabIndex }) => tabIndex === 0) : rows.indexOf(row) + by;
  rows[Math.min(rows.length - 1, Math.max(0, from))]?.focus();
}

/** Moves the focus to the next row, from the first again after the last, that says something went wrong. */
export function moveToBadRow(part: Element | null): boolean {
  const row = rowOf(document.activeElement);
  const rows = [...(part?.querySelectorAll<HTMLElement>(rowMark) ?? [])];
  const at = row === null ? -1 : rows.indexOf(row);
  const found = [...rows.slice(at + 1), ...rows.slice(0, at + 1)].find((one) => one.closest('[data-bad]') !== null);
  found?.focus();
  return found !== undefined;
}

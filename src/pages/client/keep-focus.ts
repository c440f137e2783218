/**
 * Keeps the focus on a page that renders again: when the focused element is removed or disabled, the focus moves to its
 * row, or else to a fallback; and back to the row when that appears elsewhere.
 *
 * @param home  the fallback when the row is gone
 * @returns a function that stops it
 */
export function keepFocus(root: HTMLElement, home: () => HTMLElement | null): () => void {
  let last: { readonly element: Element; readonly row: string | null } | null = null;
  let standIn: HTMLElement | null = null;

  const remember = ({ target }: FocusEvent) => {
    // A dialog gives the focus back to where it was, and that may have been rendered again meanwhile.
    if (!(target instanceof Element) || target === standIn || target.closest('dialog') !== null) return;
    standIn = null;
    last = { element: target, row: target.closest('[data-row]')?.getAttribute('data-row') ?? null };
  };
  const leave = ({ target }: Event) => {
    if (target instanceof Element && target.closest('button, a, input, select, summary, [tabindex]') === null) {
      last = null;
      standIn = null;
    }
  };
  const restore = () => {
    if (last === null) return;
    const { activeElement: active } = document;
    const isLost = active === null || active === document.body || active.matches(':disabled');
    if (!isLost && active !== standIn) return;
    const row = last.row === null ? null : root.querySelector<HTMLElement>(`[data-row="${CSS.escape(last.row)}"]`);
    if (row !== null) {
      standIn = null;
      row.focus();
    } else if (isLost) {
      standIn = home();
      standIn?.focus();
    }
  };

  const observer = new MutationObserver(restore);
  observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] });
  root.addEventListener('focusin', remember);
  addEventListener('pointerdown', leave);
  return () => {
    observer.disconnect();
    root.removeEventListener('focusin', remember);
    removeEventListener('pointerdown', leave);
  };
}

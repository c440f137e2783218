export interface Key<Page> {
  /** As `KeyboardEvent.key` gives it; two letters are typed one after the other. */
  readonly names: readonly string[];
  readonly shown: string;
  readonly does: string;
  readonly act: (page: Page) => void;
}

/** Whether single letters are keys. They can be switched off, and stay off in this browser (WCAG 2.1.4). */
export const singleKeys = {
  areOn: (): boolean => localStorage.getItem('keys') !== 'off',
  turn: (areOn: boolean): void => localStorage.setItem('keys', areOn ? 'on' : 'off'),
};

/** Where the keys of a page hold. */
interface KeyPlaces {
  /** Whether they do at all now. */
  readonly isOn: () => boolean;
  /** Whether arrows, Enter and the like are keys here; elsewhere they scroll and press. */
  readonly isList: (target: Element) => boolean;
  /** What Escape does in a field, besides leaving its text alone. */
  readonly leave: (field: Element) => void;
  readonly openPalette: () => void;
}

export function focusOn(id: string): void {
  document.getElementById(id)?.focus();
}

/** What takes keys itself. Arrows and Enter on a button or tab are that one's. */
const typing = 'input:not([type=checkbox]):not([type=radio]), textarea, select, dialog, [contenteditable]';
const controls = 'button, summary, a, [role=tab]';

/**
 * Listens to single keys, on the whole page. Without them everything can still be reached by Tab.
 *
 * @returns a function that stops listening
 */
export function listenToKeys<Page>(page: Page, keys: readonly Key<Page>[], places: KeyPlaces): () => void {
  let pending = '';
  const listener = (event: KeyboardEvent) => {
    if (!(event.target instanceof Element) || event.defaultPrevented || !places.isOn()) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && !isDialogOpen()) {
      event.preventDefault();
      places.openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isLetter = event.key.length === 1;
    if (event.target.closest(typing) !== null) {
      if (event.key !== 'Escape' || isDialogOpen()) return;
      places.leave(event.target);
      // Chromium would empty a search field, and not say so once that has lost the focus: its filter would stay.
      if (document.activeElement !== event.target) event.preventDefault();
      return;
    }
    if (isLetter && !singleKeys.areOn()) return;
    if (!isLetter && event.key !== 'Escape' && !places.isList(event.target)) return;
    if (event.key === 'Enter' && event.target.closest(controls) !== null) return;
    const typed = `${pending}${event.key}`;
    pending = event.key === 'g' && pending === '' ? 'g' : '';
    const found =
      keys.find(({ names }) => names.includes(typed)) ?? keys.find(({ names }) => names.includes(event.key));
    if (found === undefined) return;
    event.preventDefault();
    found.act(page);
  };
  addEventListener('keydown', listener);
  return () => removeEventListener('keydown', listener);
}

function isDialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null;
}

import { openCopyMenu } from '../acts/copy-menu.tsx';
import { type Store, tabs } from '../store.ts';

interface Key {
  /** As `KeyboardEvent.key` gives it; two letters are typed one after the other. */
  readonly names: readonly string[];
  readonly shown: string;
  readonly does: string;
  readonly act: (store: Store) => void;
}

const focus = (id: string) => document.getElementById(id)?.focus();

/** The keys of the page, in the order the help shows them. */
export const keys: readonly Key[] = [
  { names: ['j', 'ArrowDown'], shown: 'j ↓', does: 'next delivery', act: (store) => store.move(1) },
  { names: ['k', 'ArrowUp'], shown: 'k ↑', does: 'previous delivery', act: (store) => store.move(-1) },
  {
    names: ['gg', 'Home'],
    shown: 'g g',
    does: 'newest delivery',
    act: (store) => store.move(Number.NEGATIVE_INFINITY),
  },
  { names: ['G', 'End'], shown: 'G', does: 'oldest delivery', act: (store) => store.move(Number.POSITIVE_INFINITY) },
  { names: ['n'], shown: 'n', does: 'next delivery that failed', act: (store) => store.moveToFailure() },
  { names: ['Enter'], shown: 'Enter', does: 'go to the detail', act: () => focus('detail') },
  { names: ['Escape'], shown: 'Esc', does: 'back to the list', act: (store) => back(store) },
  { names: ['/'], shown: '/', does: 'filter', act: () => focus('filter') },
  { names: ['p'], shown: 'p', does: 'pause or resume', act: (store) => store.togglePause() },
  { names: ['['], shown: '[', does: 'previous attempt', act: (store) => store.moveAttempt(-1) },
  { names: [']'], shown: ']', does: 'next attempt', act: (store) => store.moveAttempt(1) },
  ...tabs.map((tab, at) => ({
    names: [String(at + 1)],
    shown: String(at + 1),
    does: tab.toLowerCase(),
    act: (store: Store) => store.show(tab),
  })),
  { names: ['d'], shown: 'd', does: 'difference to the previous one', act: (store) => toggleDifference(store) },
  { names: ['r'], shown: 'r', does: 'replay', act: (store) => void store.replaySelected() },
  { names: ['e'], shown: 'e', does: 'edit, then send', act: (store) => store.openSend() },
  { names: ['c'], shown: 'c', does: 'copy', act: () => openCopyMenu() },
  { names: ['x'], shown: 'x', does: 'check the handler', act: (store) => store.open('check') },
  { names: ['Control+k'], shown: 'Ctrl K', does: 'all commands', act: (store) => store.open('palette') },
  { names: ['?'], shown: '?', does: 'these keys', act: (store) => store.open('help') },
];

function back(store: Store): void {
  const isInList = document.activeElement?.id === 'deliveries';
  if (isInList || document.activeElement === document.body) store.select(null);
  focus('deliveries');
}

function toggleDifference(store: Store): void {
  store.isDifferenceShown = !store.isDifferenceShown;
  store.show('Body');
}

function isDialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null;
}

/** What takes keys itself. Arrows and Enter on a button or tab are that one's. */
const typing = 'input, textarea, select, dialog, [contenteditable]';
const controls = 'button, summary, a, [role=tab]';

/** Listens to single keys, on the whole page. Without them everything can still be reached by Tab. */
export function listenToKeys(store: Store): void {
  let pending = '';
  addEventListener('keydown', (event) => {
    // The sandbox has keys of its own.
    if (!(event.target instanceof Element) || store.isSandboxShown) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && !isDialogOpen()) {
      event.preventDefault();
      store.open('palette');
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isLetter = event.key.length === 1;
    if (event.target.closest(typing) !== null) {
      if (event.key === 'Escape' && event.target.id === 'filter') focus('deliveries');
      return;
    }
    if (isLetter && !store.areKeysOn) return;
    // In the list arrows move the selection; elsewhere they scroll.
    const isInList = event.target.id === 'deliveries';
    if (!isLetter && event.key !== 'Escape' && !isInList) return;
    if (event.key === 'Enter' && event.target.closest(controls) !== null) return;
    const typed = `${pending}${event.key}`;
    pending = event.key === 'g' && pending === '' ? 'g' : '';
    const found =
      keys.find(({ names }) => names.includes(typed)) ?? keys.find(({ names }) => names.includes(event.key));
    if (found === undefined) return;
    event.preventDefault();
    found.act(store);
  });
}

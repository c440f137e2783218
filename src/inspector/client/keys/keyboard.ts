import { focusOn, type Key, listenToKeys as listen } from '../../../pages/client/keys/keyboard.ts';
import { openCopyMenu } from '../acts/copy-menu.tsx';
import { type Store, tabs } from '../store.ts';

/** The keys of the page, in the order the help shows them. */
export const keys: readonly Key<Store>[] = [
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
  { names: ['Enter'], shown: 'Enter', does: 'go to the detail', act: () => focusOn('detail') },
  { names: ['Escape'], shown: 'Esc', does: 'back to the list', act: (store) => back(store) },
  { names: ['/'], shown: '/', does: 'filter', act: () => focusOn('filter') },
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
  focusOn('deliveries');
}

function toggleDifference(store: Store): void {
  store.isDifferenceShown = !store.isDifferenceShown;
  store.show('Body');
}

export function listenToKeys(store: Store): void {
  listen(store, keys, {
    // The sandbox has keys of its own.
    isOn: () => !store.isSandboxShown,
    // In the list arrows move the selection; elsewhere they scroll.
    isList: ({ id }) => id === 'deliveries',
    leave: ({ id }) => {
      if (id === 'filter') focusOn('deliveries');
    },
    openPalette: () => store.open('palette'),
  });
}

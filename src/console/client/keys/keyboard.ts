import { focusOn, type Key, listenToKeys as listen } from '../../../pages/client/keys/keyboard.ts';
import { moveRow, moveToBadRow } from '../../../pages/client/roving.ts';
import { tabs } from '../../model/tabs.ts';
import { copyShown } from '../copy.ts';
import type { ConsoleStore } from '../store.ts';

const panel = () => document.getElementById('console-panel');

/** The keys of the console, in the order the help shows them. */
export const keys: readonly Key<ConsoleStore>[] = [
  { names: ['j'], shown: 'j ↓', does: 'next row', act: () => moveRow(1, panel()) },
  { names: ['k'], shown: 'k ↑', does: 'previous row', act: () => moveRow(-1, panel()) },
  { names: ['gg'], shown: 'g g', does: 'first row', act: () => moveRow(Number.NEGATIVE_INFINITY, panel()) },
  { names: ['G'], shown: 'G', does: 'last row', act: () => moveRow(Number.POSITIVE_INFINITY, panel()) },
  {
    names: ['n'],
    shown: 'n',
    does: 'next row that failed',
    act: (store) => {
      if (!moveToBadRow(panel())) store.say('No row failed.');
    },
  },
  ...tabs.map((tab, at) => ({
    names: [String((at + 1) % 10)],
    shown: String((at + 1) % 10),
    does: tab.toLowerCase(),
    act: (store: ConsoleStore) => store.show(tab),
  })),
  { names: ['['], shown: '[', does: 'previous part', act: (store) => store.moveTab(-1) },
  { names: [']'], shown: ']', does: 'next part', act: (store) => store.moveTab(1) },
  { names: ['/'], shown: '/', does: 'search', act: search },
  { names: ['Escape'], shown: 'Esc', does: 'back to the list', act: back },
  { names: ['y'], shown: 'y', does: 'copy the command', act: (store) => copyShown(store, 'command') },
  { names: ['Y'], shown: 'Y', does: 'copy the curl line', act: (store) => copyShown(store, 'curl') },
  { names: ['Control+k'], shown: 'Ctrl K', does: 'all commands', act: (store) => store.open('palette') },
  { names: ['?'], shown: '?', does: 'these keys', act: (store) => store.open('help') },
];

function search(store: ConsoleStore): void {
  const field = panel()?.querySelector<HTMLElement>('input:not([type=checkbox])') ?? null;
  if (field !== null) {
    field.focus();
    return;
  }
  store.show('Applications');
  // Once it is drawn, and before the next key.
  queueMicrotask(() => focusOn('board-search'));
}

/** From a field or a button to the list; from the list, closes the selected participant. */
function back(store: ConsoleStore): void {
  if (document.activeElement?.matches('[data-row]') === true) store.select(null);
  else moveRow(0, panel());
}

/** Listens to the keys of the console while it is shown. @returns a function that stops listening */
export function listenToKeys(store: ConsoleStore): () => void {
  return listen(store, keys, {
    isOn: () => true,
    // Lists take arrows themselves.
    isList: () => false,
    leave: (field) => {
      moveRow(0, panel());
      // A part without a list.
      if (document.activeElement === field) focusOn(`tab-${store.tab}`);
    },
    openPalette: () => store.open('palette'),
  });
}

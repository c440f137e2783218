import { keyCommands, switchSingleKeys } from '../../../pages/client/keys/key-commands.ts';
import type { Command } from '../../../pages/client/keys/palette.tsx';
import { copyAs, copyForms, download } from '../acts/copy-forms.ts';
import type { Store } from '../store.ts';
import { keys } from './keyboard.ts';

const filters: readonly (readonly [name: string, filter: string])[] = [
  ['Show only deliveries that failed verification', 'verdict:bad'],
  ['Show only 5xx answers', 'status:5xx'],
  ['Show only slow ones', 'slower:1s'],
  ['Show only duplicates', 'dup:yes'],
  ['Show all deliveries', ''],
];

/** All actions that are possible now, by name. */
export function commandsOf(store: Store): readonly Command[] {
  const { row, list, session } = store;
  const isSendable = row !== null && session !== null && session.targets.length > 0;
  const { target } = store;
  return [
    ...keyCommands(store, keys),
    ...(isSendable
      ? [
          { name: 'Replay, signed again', shown: '', act: () => void store.replay(row, target, true) },
          { name: 'Replay unchanged', shown: '', act: () => void store.replay(row, target, false) },
        ]
      : []),
    ...(row !== null && store.hasSubject(row)
      ? [{ name: 'Compare with the API now', shown: '', act: () => store.askSubject() }]
      : []),
    ...(row === null
      ? []
      : copyForms.map((form) => ({
          name: `Copy as ${form.name}`,
          shown: '',
          act: () => void copyAs(form, row, store),
        }))),
    ...filters.map(([name, text]) => ({ name, shown: '', act: () => store.filter(text) })),
    {
      name: 'Save the shown deliveries to a recording',
      shown: '',
      act: () =>
        download(
          list.shown.flatMap(({ attempts }) => attempts).sort((a, b) => a.id - b.id),
          'deliveries.ndjson',
        ),
    },
    { name: 'Clear the list', shown: '', act: () => store.clear() },
    switchSingleKeys(store),
  ];
}

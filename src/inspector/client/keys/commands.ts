import { copyAs, copyForms, download } from '../acts/copy-forms.ts';
import type { Store } from '../store.ts';
import { keys } from './keyboard.ts';

/** Something that the palette can do. */
export interface Command {
  readonly name: string;
  /** The keys that do the same; empty where none do. */
  readonly shown: string;
  readonly act: (store: Store) => void;
}

const filters: readonly (readonly [name: string, filter: string])[] = [
  ['Show only deliveries that did not verify', 'verdict:bad'],
  ['Show only what the handler answered with 5xx', 'status:5xx'],
  ['Show only slow ones', 'slower:1s'],
  ['Show only duplicates', 'dup:yes'],
  ['Show all deliveries', ''],
];

/** Everything that can be done just now, by name. */
export function commandsOf(store: Store): readonly Command[] {
  const { row, list, areKeysOn, session } = store;
  const isSendable = row !== null && session !== null && session.targets.length > 0;
  const { target } = store;
  return [
    ...keys
      .filter(({ names }) => !names.includes('Control+k'))
      .map(({ shown, does, act }) => ({ name: capital(does), shown, act })),
    ...(isSendable
      ? [
          { name: 'Replay, signed again', shown: '', act: () => void store.replay(row, target, true) },
          { name: 'Replay as it came', shown: '', act: () => void store.replay(row, target, false) },
        ]
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
    {
      name: areKeysOn ? 'Switch single keys off' : 'Switch single keys on',
      shown: '',
      act: () => store.switchKeys(!areKeysOn),
    },
  ];
}

/** Those whose names have all the words, whatever their order; those that begin with the text first. */
export function matching(commands: readonly Command[], text: string): readonly Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  const start = text.trim().toLowerCase();
  const isFirst = ({ name }: Command) => name.toLowerCase().startsWith(start);
  return [...found.filter(isFirst), ...found.filter((command) => !isFirst(command))];
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ModalDialog } from '../modal-box.tsx';
import { type Key, singleKeys } from './keyboard.ts';

interface HelpProps {
  readonly keys: readonly Pick<Key<never>, 'shown' | 'does'>[];
  readonly onClose: () => void;
  /** What there is to know besides keys. */
  readonly children?: ComponentChildren;
}

/** All keys of a page, and the switch for those that are single letters. */
export function KeyHelp({ keys, onClose, children }: HelpProps) {
  const [areOn, setOn] = useState(singleKeys.areOn());
  return (
    <ModalDialog title="Keys" onClose={onClose}>
      <DefinitionList rows={keys.map(({ shown, does }) => [shown, does])} />
      <label class="check">
        <input
          type="checkbox"
          checked={areOn}
          onChange={({ currentTarget: { checked } }) => {
            singleKeys.turn(checked);
            setOn(checked);
          }}
        />{' '}
        Single keys are on
      </label>
      {children}
    </ModalDialog>
  );
}

export function DefinitionList({ rows }: { readonly rows: readonly (readonly [typed: string, meaning: string])[] }) {
  return (
    <dl>
      {rows.map(([typed, meaning]) => (
        <div key={typed}>
          <dt>
            <kbd>{typed}</kbd>
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What opens the palette and the list of keys. */
export function KeyButtons({ onOpen }: { readonly onOpen: (dialog: 'palette' | 'help') => void }) {
  return (
    <>
      <button type="button" class="quiet" onClick={() => onOpen('palette')}>
        Commands <kbd>Ctrl K</kbd>
      </button>
      <button type="button" class="quiet" onClick={() => onOpen('help')}>
        Keys <kbd>?</kbd>
      </button>
    </>
  );
}

import type { Row } from '../../model/row.ts';
import type { DeliveryView } from '../../model/wire.ts';
import { save } from '../acts/copy-forms.ts';
import { CopyMenu } from '../acts/copy-menu.tsx';
import { TargetSelect } from '../acts/target-select.tsx';
import { useStore } from '../context.ts';

/** Send it again, change it, copy it, save it. */
export function Actions({ row, view }: { readonly row: Row; readonly view: DeliveryView | null }) {
  const store = useStore();
  const { target } = store;
  const targets = store.session?.targets ?? [];
  const isOpen = view !== null && targets.length > 0;
  return (
    <div class="actions">
      {targets.length > 1 && (
        <TargetSelect
          label={<span class="unseen">Send to</span>}
          value={target}
          onPick={(picked) => store.pickTarget(picked)}
        />
      )}
      {isOpen && view.cannot_resign === null && (
        <button type="button" class="main" onClick={() => store.replay(row, target, true)}>
          Replay, signed again
        </button>
      )}
      {isOpen && view.cannot_replay === null && (
        <button type="button" onClick={() => store.replay(row, target, false)}>
          Replay unchanged
        </button>
      )}
      {isOpen && (
        <button type="button" onClick={() => store.openSend()}>
          Edit…
        </button>
      )}
      <CopyMenu row={row} />
      <button type="button" onClick={() => save(row)}>
        Save
      </button>
      {isOpen && view.cannot_resign !== null && <p class="why">Not signed again: {view.cannot_resign}</p>}
      {view !== null && targets.length === 0 && (
        <p class="why">
          To replay from here, start with a handler: <code>--forward 3000</code>
        </p>
      )}
    </div>
  );
}

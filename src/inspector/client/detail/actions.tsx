import { useState } from 'preact/hooks';
import { whole } from '../../model/bytes.ts';
import { asCurl, asRevento } from '../../model/copy-as.ts';
import type { Row } from '../../model/row.ts';
import type { DeliveryView } from '../../model/wire.ts';
import { useStore } from '../context.ts';

/** Send it again, copy it, save it. */
export function Actions({ row, view }: { readonly row: Row; readonly view: DeliveryView | null }) {
  const store = useStore();
  const targets = store.session?.targets ?? [];
  const [chosen, setTarget] = useState(0);
  const target = Math.min(chosen, targets.length - 1);
  const url = targets[target] ?? row.line.forward[0]?.url ?? 'http://localhost:3000/webhooks/revento';
  const isOpen = view !== null && targets.length > 0;
  return (
    <div class="actions">
      {targets.length > 1 && (
        <label>
          to{' '}
          <select value={target} onChange={({ currentTarget }) => setTarget(Number(currentTarget.value))}>
            {targets.map((name, at) => (
              <option key={name} value={at}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {isOpen && view.cannot_resign === null && (
        <button type="button" id="replay" class="main" onClick={() => store.replay(row, target, true)}>
          Replay, signed again
        </button>
      )}
      {isOpen && view.cannot_replay === null && (
        <button
          type="button"
          id={view.cannot_resign === null ? undefined : 'replay'}
          onClick={() => store.replay(row, target, false)}
        >
          Replay as it came
        </button>
      )}
      {isOpen && (
        <button type="button" onClick={() => store.open('send')}>
          Edit…
        </button>
      )}
      <CopyMenu row={row} url={url} />
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

function CopyMenu({ row, url }: { readonly row: Row; readonly url: string }) {
  const store = useStore();
  const forms: readonly (readonly [string, () => string])[] = [
    ['curl command', () => asCurl(whole(row.line), url)],
    ['revento command', () => asRevento(whole(row.line), url)],
    ['body', () => row.line.body ?? whole(row.line).body_base64],
    ['NDJSON line', () => JSON.stringify(whole(row.line))],
    ['link to this delivery', () => `${location.origin}/#key=${store.api.key}&delivery=${row.id}`],
  ];
  const copy = async (name: string, text: string) => {
    await navigator.clipboard.writeText(text);
    store.say(`Copied: ${name}.`);
  };
  return (
    <details class="menu">
      <summary id="copy">Copy</summary>
      <ul>
        {forms.map(([name, text]) => (
          <li key={name}>
            <button
              type="button"
              onClick={({ currentTarget }) => {
                currentTarget.closest('details')?.removeAttribute('open');
                copy(name, text()).catch((error: Error) => store.say(`Not copied: ${error.message}`));
              }}
            >
              {name}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** As a recording with one delivery, for `webhook replay` and `inspect`. */
function save(row: Row): void {
  const file = new Blob([`${JSON.stringify(whole(row.line))}\n`], { type: 'application/x-ndjson' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = `delivery-${row.id}.ndjson`;
  link.click();
  URL.revokeObjectURL(link.href);
}

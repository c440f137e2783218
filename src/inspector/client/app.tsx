import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { KeyButtons } from '../../pages/client/keys/help.tsx';
import { focusOn } from '../../pages/client/keys/keyboard.ts';
import { Palette } from '../../pages/client/keys/palette.tsx';
import { countWords } from '../../pages/client/words.ts';
import { CheckDialog } from './acts/check-dialog.tsx';
import { SendDialog } from './acts/send-dialog.tsx';
import { useStore } from './context.ts';
import { Detail } from './detail/detail.tsx';
import { useClosing } from './dialog.tsx';
import { msWords } from './format.ts';
import { commandsOf } from './keys/commands.ts';
import { Help } from './keys/help.tsx';
import { DeliveryTable } from './list/delivery-table.tsx';
import { FilterBox } from './list/filter-box.tsx';
import { SandboxConsole, SandboxSwitch } from './sandbox.tsx';

/** List left, detail right; one at a time where it is narrow. */
export function App() {
  const store = useStore();
  const { connection, session, group } = store;
  useEffect(() => {
    document.title = session === null ? 'Revento deliveries' : `${session.source.name} · Revento deliveries`;
  }, [session]);
  if (connection === 'refused' && session === null) return <Closed />;
  return (
    <div class={store.isSandboxShown ? 'app has-console' : group === null ? 'app' : 'app has-detail'}>
      <header class="top">
        <span class="logo" aria-hidden="true" />
        <h1>
          Deliveries <small>{session?.source.name ?? ''}</small>
        </h1>
        <ConnectionState />
        {session?.has_console && <SandboxSwitch />}
        <button type="button" onClick={() => store.open('check')}>
          Check handler
        </button>
        {/* The sandbox has its own. */}
        {!store.isSandboxShown && <KeyButtons onOpen={(dialog) => store.open(dialog)} />}
      </header>
      {store.isSandboxShown ? <SandboxConsole /> : <Deliveries />}
      <Notice />
      <Dialogs />
    </div>
  );
}

function Deliveries() {
  const { group } = useStore();
  const isOpen = group !== null;
  const wasOpen = useRef(isOpen);
  // Where only one of the two is shown, the focus moves with it: a hidden element cannot have the focus.
  useLayoutEffect(() => {
    if (isOpen !== wasOpen.current && matchMedia('(max-width: 899px)').matches) {
      document.getElementById(isOpen ? 'detail' : 'deliveries')?.focus();
    }
    wasOpen.current = isOpen;
  }, [isOpen]);
  return (
    <>
      <section class="list" aria-label="List of deliveries">
        <FilterBox />
        <Figures />
        <DeliveryTable />
      </section>
      <main class="detail" aria-label="Delivery" tabIndex={-1} id="detail">
        {group === null ? <Empty /> : <Detail />}
      </main>
    </>
  );
}

function Dialogs() {
  const { dialog, row } = useStore();
  switch (dialog) {
    case 'help':
      return <Help />;
    case 'check':
      return <CheckDialog />;
    case 'palette':
      return <Commands />;
    case 'send':
      return row === null ? null : <SendDialog row={row} />;
    default:
      return null;
  }
}

function Commands() {
  return <Palette commands={commandsOf(useStore())} onClose={useClosing()} />;
}

/** Shown where there is no valid key. */
export function Closed() {
  return (
    <main class="plain">
      <h1>This page is closed</h1>
      <p>
        Open the address that <code>revento</code> printed. Each run has a new key, which only the tab that opened the
        address keeps.
      </p>
    </main>
  );
}

function Empty() {
  const { session, list } = useStore();
  const isRecording = session?.source.kind === 'recording';
  return (
    <div class="empty">
      <p class="big">{list.total === 0 && !isRecording ? 'Waiting for the first delivery' : 'Select a delivery'}</p>
      {!isRecording && (
        <p>
          Send one: <code>revento webhook trigger application.approved</code>
        </p>
      )}
      <p>
        <kbd>j</kbd> <kbd>k</kbd> move, <kbd>/</kbd> filter, <kbd>n</kbd> next failure, <kbd>?</kbd> all keys
      </p>
    </div>
  );
}

function ConnectionState() {
  const { connection, session } = useStore();
  if (session?.source.kind === 'recording') return <span class="state calm">recording</span>;
  const words = { connecting: 'connecting', open: 'live', over: 'not connected; reconnecting', refused: 'closed' };
  return <span class={`state ${connection === 'open' ? 'good' : 'bad'}`}>{words[connection]}</span>;
}

function Figures() {
  const store = useStore();
  const { list, held, isPaused, missed } = store;
  const { bad, failed, p50, p95 } = list.figures();
  const { shown, total } = list;
  const counts = [
    shown.length === total ? countWords(total, 'delivery', 'deliveries') : `${shown.length} of ${total}`,
    ...(bad > 0 ? [`${bad} invalid`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(p50 === null ? [] : [`p50 ${msWords(p50)}`, `p95 ${msWords(p95)}`]),
    ...(missed > 0 ? [`${missed} no longer kept`] : []),
  ];
  return (
    <div class="figures">
      <ul>
        {counts.map((count) => (
          <li key={count}>{count}</li>
        ))}
      </ul>
      <button type="button" aria-pressed={isPaused} onClick={() => store.togglePause()}>
        {isPaused ? `Resume${held > 0 ? ` (${held} new)` : ''}` : 'Pause'}
      </button>
      <button type="button" onClick={() => store.clear()}>
        Clear
      </button>
    </div>
  );
}

function Notice() {
  const store = useStore();
  const { notice } = store;
  const close = () => {
    store.notice = null;
    store.changed();
    // The button that has the focus goes with it.
    focusOn('deliveries');
  };
  return (
    <div class="notices" role="status">
      {notice !== null && (
        <p>
          {notice.text}{' '}
          {notice.undo !== null && (
            <button
              type="button"
              onClick={() => {
                notice.undo?.();
                close();
              }}
            >
              Undo
            </button>
          )}
          <button type="button" class="quiet" onClick={close}>
            Dismiss
          </button>
        </p>
      )}
    </div>
  );
}

import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { keepFocus } from '../../pages/client/keep-focus.ts';
import { DefinitionList, KeyButtons, KeyHelp } from '../../pages/client/keys/help.tsx';
import { Palette } from '../../pages/client/keys/palette.tsx';
import { TabList } from '../../pages/client/tab-list.tsx';
import { type Tab, tabs } from '../model/tabs.ts';
import { Announcer } from './announcer.tsx';
import { CommandBar } from './command-bar.tsx';
import { useConsole, useSecond } from './context.ts';
import { commandsOf } from './keys/commands.ts';
import { keys, listenToKeys } from './keys/keyboard.ts';
import { actionKeys } from './keys/person-keys.ts';
import { ActivitiesPanel } from './panels/activities.tsx';
import { AuditPanel } from './panels/audit.tsx';
import { BoardPanel } from './panels/board/board.tsx';
import { EditDialog } from './panels/board/edit-dialog.tsx';
import { ClockPanel } from './panels/clock.tsx';
import { ConsentsPanel } from './panels/consents.tsx';
import { DeliveriesPanel } from './panels/deliveries.tsx';
import { FaultsPanel } from './panels/faults.tsx';
import { RequestsPanel } from './panels/requests.tsx';
import { ScenariosPanel } from './panels/scenarios.tsx';
import { TokensPanel } from './panels/tokens.tsx';
import { timeWords } from './words.ts';

const panels: Readonly<Record<Tab, () => JSX.Element | null>> = {
  Applications: BoardPanel,
  Activities: ActivitiesPanel,
  Consents: ConsentsPanel,
  Tokens: TokensPanel,
  Clock: ClockPanel,
  Faults: FaultsPanel,
  Deliveries: DeliveriesPanel,
  Requests: RequestsPanel,
  Scenarios: ScenariosPanel,
  Audit: AuditPanel,
};

/** The organizer's console: one panel at a time, and below it how to do the same in a terminal. */
export function Console({ heading: Heading }: { readonly heading: 'h1' | 'h2' }) {
  const store = useConsole();
  const root = useRef<HTMLDivElement>(null);
  const Panel = panels[store.tab];
  // From the moment that it is shown: the next key is for it.
  useLayoutEffect(() => listenToKeys(store), [store]);
  useEffect(() => (root.current === null ? undefined : keepFocus(root.current, panelHeading)), []);
  return (
    <div class="console" ref={root}>
      <header>
        <div class="top">
          <span class="logo" aria-hidden="true" />
          <Heading class="console-title">
            Sandbox console <small>{store.facts?.address ?? ''}</small>
          </Heading>
          <SandboxTime />
          <Connection />
          <KeyButtons onOpen={(dialog) => store.open(dialog)} />
        </div>
        <TabList
          label="Parts of the sandbox"
          className="tabs console-tabs"
          tabs={tabs}
          current={store.tab}
          panel="console-panel"
          onShow={(tab) => store.show(tab)}
        />
      </header>
      <main class="panel-room">
        <div id="console-panel" role="tabpanel" aria-labelledby={`tab-${store.tab}`}>
          {store.facts !== null && <Panel />}
        </div>
      </main>
      <CommandBar />
      <Announcer />
      <Dialogs />
    </div>
  );
}

/** Where the focus goes when the focused element is removed. */
function panelHeading(): HTMLElement | null {
  const heading = document.querySelector<HTMLElement>('#console-panel h2');
  heading?.setAttribute('tabindex', '-1');
  return heading;
}

function Dialogs() {
  const store = useConsole();
  const { dialog, person } = store;
  const close = () => {
    if (store.dialog === dialog) store.open(null);
  };
  switch (dialog) {
    case 'palette':
      return <Palette commands={commandsOf(store)} onClose={close} />;
    case 'help':
      return (
        <KeyHelp keys={keys} onClose={close}>
          <h2>On a card of the board</h2>
          <DefinitionList rows={actionKeys.map(({ key, word }) => [key, word.toLowerCase()])} />
        </KeyHelp>
      );
    case 'edit':
      return person === null ? null : <EditDialog person={person} onClose={close} />;
    default:
      return null;
  }
}

function Connection() {
  const { connection } = useConsole();
  const words = {
    connecting: 'connecting',
    open: 'live',
    away: 'the sandbox is not running',
    over: 'not connected; reconnecting',
    refused: 'closed',
  };
  return <span class={`state ${connection === 'open' ? 'good' : 'bad'}`}>{words[connection]}</span>;
}

function SandboxTime() {
  const store = useConsole();
  useSecond();
  const now = store.now();
  if (now === null || store.pulse === null) return null;
  return (
    <button type="button" class="quiet sandbox-time" onClick={() => store.show('Clock')}>
      <time>{timeWords(new Date(now).toISOString())}</time> UTC{store.pulse.clock.held ? ', held' : ''}
    </button>
  );
}

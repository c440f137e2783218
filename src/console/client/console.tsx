import type { JSX } from 'preact';
import { type Tab, tabs } from '../model/tabs.ts';
import { CommandBar } from './command-bar.tsx';
import { useConsole, useSecond } from './context.ts';
import { ActivitiesPanel } from './panels/activities.tsx';
import { AuditPanel } from './panels/audit.tsx';
import { BoardPanel } from './panels/board.tsx';
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
  const Panel = panels[store.tab];
  return (
    <div class="console">
      <header>
        <div class="top">
          <span class="logo" aria-hidden="true" />
          <Heading class="console-title">
            Sandbox console <small>{store.facts?.address ?? ''}</small>
          </Heading>
          <SandboxTime />
          <Connection />
        </div>
        <Tabs />
      </header>
      <main class="panel-room">
        <div id="console-panel" role="tabpanel" aria-labelledby={`tab-${store.tab}`}>
          {store.facts !== null && <Panel />}
        </div>
      </main>
      <CommandBar />
    </div>
  );
}

function Connection() {
  const { connection } = useConsole();
  const words = {
    connecting: 'connecting',
    open: 'live',
    away: 'the sandbox is not running',
    over: 'not connected; trying again',
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

function Tabs() {
  const store = useConsole();
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const to = tabs[(tabs.indexOf(store.tab) + step + tabs.length) % tabs.length] ?? 'Applications';
    store.show(to);
    document.getElementById(`tab-${to}`)?.focus();
  };
  return (
    <div class="tabs console-tabs" role="tablist" aria-label="Parts of the sandbox" onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`tab-${tab}`}
          aria-selected={store.tab === tab}
          aria-controls="console-panel"
          tabIndex={store.tab === tab ? 0 : -1}
          onClick={() => store.show(tab)}
        >
          {tab}
        </button>
      ))}
    </div>
  );
}

import { useLayoutEffect, useState } from 'preact/hooks';
import { Console } from '../../console/client/console.tsx';
import { ConsoleContext } from '../../console/client/context.ts';
import { ConsoleStore } from '../../console/client/store.ts';
import { Caller } from '../../pages/client/caller.ts';
import { useStore } from './context.ts';

/** Changes between the deliveries and the console of the sandbox that sends them. */
export function SandboxSwitch() {
  const store = useStore();
  return (
    <button
      type="button"
      aria-pressed={store.isSandboxShown}
      onClick={() => {
        store.isSandboxShown = !store.isSandboxShown;
        store.changedNow();
      }}
    >
      Sandbox
    </button>
  );
}

let opened: ConsoleStore | null = null;

/** The console of the sandbox; it starts to read when it is first shown. */
export function SandboxConsole() {
  const { api } = useStore();
  const [console] = useState(() => (opened ??= begin(api.key)));
  useLayoutEffect(() => {
    document.getElementById(`tab-${console.tab}`)?.focus();
  }, []);
  return (
    <ConsoleContext.Provider value={console}>
      <Console heading="h2" />
    </ConsoleContext.Provider>
  );
}

function begin(key: string): ConsoleStore {
  const store = new ConsoleStore(new Caller(key, '/console'));
  void store.follow();
  return store;
}

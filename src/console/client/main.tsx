import { render } from 'preact';
import { Caller } from '../../pages/client/caller.ts';
import { takeKey } from '../../pages/client/take-key.ts';
import { Console } from './console.tsx';
import { ConsoleContext } from './context.ts';
import { ConsoleStore } from './store.ts';

async function start(root: HTMLElement): Promise<void> {
  const taken = takeKey('revento-console-key', '/console/key');
  if (location.hash !== '') history.replaceState(null, '', '/console');
  const { key } = await taken;
  if (key === null) {
    render(<Closed />, root);
    return;
  }
  const store = new ConsoleStore(new Caller(key, '/console'));
  render(
    <ConsoleContext.Provider value={store}>
      <Page />
    </ConsoleContext.Provider>,
    root,
  );
  await store.follow();
  render(<Closed />, root);
}

function Page() {
  return (
    <div class="console-page">
      <Console heading="h1" />
    </div>
  );
}

/** Shown where there is no valid key. */
function Closed() {
  return (
    <main class="plain">
      <h1>This page is closed</h1>
      <p>
        Open the address that <code>revento sandbox start</code> printed. Each run has a new key, which only the tab
        that opened the address keeps.
      </p>
    </main>
  );
}

const root = document.getElementById('page');
if (root !== null) void start(root);

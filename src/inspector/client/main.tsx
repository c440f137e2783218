import { render } from 'preact';
import { Api, takeKey } from './api.ts';
import { App, Closed } from './app.tsx';
import { StoreContext } from './context.ts';
import { listenToKeys } from './keys/keyboard.ts';
import { Store } from './store.ts';

async function start(root: HTMLElement): Promise<void> {
  const { key, delivery } = await takeKey();
  if (key === null) {
    render(<Closed />, root);
    return;
  }
  const store = new Store(new Api(key));
  if (delivery !== null) store.selectLinked(delivery);
  listenToKeys(store);
  render(
    <StoreContext.Provider value={store}>
      <App />
    </StoreContext.Provider>,
    root,
  );
  await store.follow();
}

const root = document.getElementById('page');
if (root !== null) void start(root);

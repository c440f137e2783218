import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { useChanges } from '../../pages/client/watched.ts';
import type { Store } from './store.ts';

export const StoreContext = createContext<Store | null>(null);

/** The store; each of its changes renders the component again. */
export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('there is no store above this component');
  useChanges(store);
  return store;
}

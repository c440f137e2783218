import { createContext } from 'preact';
import { useContext, useEffect, useReducer } from 'preact/hooks';
import type { Store } from './store.ts';

export const StoreContext = createContext<Store | null>(null);

/** The store; each of its changes renders the component again. */
export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('there is no store above this component');
  const [, redraw] = useReducer((count: number, _: null) => count + 1, 0);
  useEffect(() => store.subscribe(() => redraw(null)), [store]);
  return store;
}

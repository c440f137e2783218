import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { useChanges } from '../../pages/client/watched.ts';
import type { ParamsOf } from '../../sandbox/control/operations.ts';
import type { Askable, PageResult } from '../model/wire.ts';
import type { ConsoleStore } from './store.ts';

export const ConsoleContext = createContext<ConsoleStore | null>(null);

/** The store, for code that only acts: its changes do not render the component again. */
export function useConsoleStore(): ConsoleStore {
  const store = useContext(ConsoleContext);
  if (store === null) throw new Error('there is no console above this component');
  return store;
}

/** The store; each of its changes renders the component again. */
export function useConsole(): ConsoleStore {
  const store = useConsoleStore();
  useChanges(store);
  return store;
}

/** The shortest time between two reads. */
const pauseMs = 300;

/**
 * The result of an operation, read again when entries of these kinds arrive and after each action.
 *
 * @returns null until it is known
 */
export function useData<Name extends Askable>(
  operation: Name,
  params: ParamsOf<Name>,
  kinds: readonly ('happening' | 'request' | 'delivery' | 'finding')[],
): PageResult<Name> | null {
  const store = useConsole();
  const [value, setValue] = useState<PageResult<Name> | null>(null);
  const readAt = useRef(0);
  const asked = JSON.stringify(params);
  const tick = kinds.reduce((sum, kind) => sum + store.ticks[kind], store.ticks.begin);
  const before = useRef(asked);
  useEffect(() => {
    let isWanted = true;
    const isOther = before.current !== asked;
    before.current = asked;
    const timer = setTimeout(
      () => {
        readAt.current = Date.now();
        store.read(operation, params).then(
          (read) => isWanted && setValue(() => read),
          (error: unknown) => isWanted && store.failed(error),
        );
      },
      isOther ? 0 : Math.max(0, readAt.current + pauseMs - Date.now()),
    );
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [operation, asked, tick]);
  return value;
}

/** Renders again every second, for the times shown. */
export function useSecond(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
}

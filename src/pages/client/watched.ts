import { useEffect, useReducer } from 'preact/hooks';

/** Something that views show. They draw again after its changes, at most once a frame. */
export class Watched {
  readonly #listeners = new Set<() => void>();
  #isQueued = false;

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    // Not an animation frame: those stop in a hidden tab.
    setTimeout(() => {
      this.#isQueued = false;
      for (const listener of this.#listeners) listener();
    }, 16);
  }
}

/** Renders the component again with each change. */
export function useChanges(watched: Watched): void {
  const [, redraw] = useReducer((count: number, _: null) => count + 1, 0);
  useEffect(() => watched.subscribe(() => redraw(null)), [watched]);
}

import { useLayoutEffect, useReducer } from 'preact/hooks';

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
      this.changedNow();
    }, 16);
  }

  /**
   * A change by a key or click, drawn before the next one comes: its place may be what this one shows. Letters that
   * are typed for a dialog would otherwise act on the list below.
   */
  changedNow(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Renders the component again with each change. */
export function useChanges(watched: Watched): void {
  const [, redraw] = useReducer((count: number, _: null) => count + 1, 0);
  // Not after the next frame: a change before it would not be drawn.
  useLayoutEffect(() => watched.subscribe(() => redraw(null)), [watched]);
}

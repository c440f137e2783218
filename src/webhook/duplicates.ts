import type { Clock } from '../platform/ports.ts';

/** Assumed large enough: a sender that has 10,000 deliveries open is not a developer's listener. */
const defaultMaxEntries = 10_000;

/** How a verified delivery stands to those before it. */
export interface Standing {
  /** `duplicate`: answered 2xx before, or being worked on. `retry`: our earlier answer was not 2xx. */
  readonly kind: 'first' | 'retry' | 'duplicate';
  /** What the work on it answers; a duplicate gets the answer of the one before it. */
  readonly status: Promise<number>;
}

interface Entry {
  readonly status: Promise<number>;
  isSettled: boolean;
  isAcknowledged: boolean;
  readonly expiresAtMs: number;
}

/** Deliveries that came about the same time, by either of their keys. */
interface Generation {
  readonly byId: Map<string, Entry>;
  readonly bySignature: Map<string, Entry>;
}

export interface DuplicatesOptions {
  readonly clock: Clock;
  /** How long a delivery is remembered: twice the tolerance, so no signature outlives its memory. */
  readonly rememberMs: number;
  readonly maxEntries?: number;
}

/**
 * Tells retries and replays apart. A retry (same delivery id, our earlier answer was not 2xx) is to be worked on
 * again; anything acknowledged, or under way, is not.
 *
 * Both the delivery id and the signature are remembered, because only the signature is bound to the bytes: a
 * replay under a made-up delivery id is still a replay.
 */
export class Duplicates {
  readonly #clock: Clock;
  readonly #rememberMs: number;
  readonly #perGeneration: number;
  /**
   * Two generations, and the older one is dropped whole when the younger one is full: removing entries one by one
   * from the front of a Map costs more with every removal.
   */
  #younger = newGeneration();
  #older = newGeneration();

  constructor({ clock, rememberMs, maxEntries = defaultMaxEntries }: DuplicatesOptions) {
    this.#clock = clock;
    this.#rememberMs = rememberMs;
    this.#perGeneration = Math.max(1, Math.floor(maxEntries / 2));
  }

  /**
   * Books a verified delivery in. Unless it is a duplicate, `work` is started and its status is remembered.
   *
   * @param work  resolves with the status we answer; never rejects
   */
  admit({ id, signature }: { readonly id: string; readonly signature: string }, work: () => Promise<number>): Standing {
    const nowMs = this.#clock.monotonic();
    const byId = this.#find('byId', id, nowMs);
    const bySignature = this.#find('bySignature', signature, nowMs);
    const done = [byId, bySignature].find((entry) => entry !== undefined && (entry.isAcknowledged || !entry.isSettled));
    if (done !== undefined) return { kind: 'duplicate', status: done.status };
    const entry: Entry = {
      status: Promise.resolve().then(work),
      isSettled: false,
      isAcknowledged: false,
      expiresAtMs: nowMs + this.#rememberMs,
    };
    void entry.status.then((status) => {
      entry.isSettled = true;
      entry.isAcknowledged = status >= 200 && status < 300;
    });
    if (this.#younger.bySignature.size >= this.#perGeneration) {
      this.#older = this.#younger;
      this.#younger = newGeneration();
    }
    this.#younger.byId.set(id, entry);
    this.#younger.bySignature.set(signature, entry);
    return { kind: byId === undefined && bySignature === undefined ? 'first' : 'retry', status: entry.status };
  }

  /** How many deliveries are remembered. */
  get size(): number {
    return this.#younger.bySignature.size + this.#older.bySignature.size;
  }

  #find(index: keyof Generation, key: string, nowMs: number): Entry | undefined {
    const entry = this.#younger[index].get(key) ?? this.#older[index].get(key);
    return entry !== undefined && entry.expiresAtMs > nowMs ? entry : undefined;
  }
}

function newGeneration(): Generation {
  return { byId: new Map(), bySignature: new Map() };
}

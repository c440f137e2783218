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
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;
  readonly #rememberMs: number;
  readonly #maxKeys: number;

  constructor({ clock, rememberMs, maxEntries = defaultMaxEntries }: DuplicatesOptions) {
    this.#clock = clock;
    this.#rememberMs = rememberMs;
    this.#maxKeys = maxEntries * 2;
  }

  /**
   * Books a verified delivery in. Unless it is a duplicate, `work` is started and its status is remembered.
   *
   * @param work  resolves with the status we answer; never rejects
   */
  admit(delivery: { readonly id: string; readonly signature: string }, work: () => Promise<number>): Standing {
    this.#forgetOld();
    const keys = [`id ${delivery.id}`, `signature ${delivery.signature}`];
    const known = keys.map((key) => this.#entries.get(key)).filter((entry) => entry !== undefined);
    const done = known.find((entry) => entry.isAcknowledged || !entry.isSettled);
    if (done !== undefined) return { kind: 'duplicate', status: done.status };
    const entry: Entry = {
      status: Promise.resolve().then(work),
      isSettled: false,
      isAcknowledged: false,
      expiresAtMs: this.#clock.monotonic() + this.#rememberMs,
    };
    void entry.status.then((status) => {
      entry.isSettled = true;
      entry.isAcknowledged = status >= 200 && status < 300;
    });
    for (const key of keys) {
      // Deleted first, so that the map stays in the order of expiry.
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return { kind: known.length > 0 ? 'retry' : 'first', status: entry.status };
  }

  /** How many keys are held: two a delivery. */
  get size(): number {
    return this.#entries.size;
  }

  #forgetOld(): void {
    const nowMs = this.#clock.monotonic();
    for (const [key, entry] of this.#entries) {
      if (entry.expiresAtMs > nowMs && this.#entries.size <= this.#maxKeys - 2) return;
      this.#entries.delete(key);
    }
  }
}

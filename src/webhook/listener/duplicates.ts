import { isSuccess } from '../../http/status.ts';
import type { Clock } from '../../ports/clock.ts';

/** Assumed large enough: a sender that has 10,000 deliveries open is not a developer's listener. */
const defaultMaxEntries = 10_000;

/** How a verified delivery relates to earlier ones. `retry`: our earlier answer was not 2xx. */
type Standing =
  | { readonly kind: 'first' | 'retry' }
  /** Answered 2xx before, or being worked on: `status` is the answer to that one. */
  | { readonly kind: 'duplicate'; readonly status: Promise<number> | number };

/** The keys that identify a delivery. */
interface DeliveryKeys {
  readonly id: string;
  readonly signature: string;
}

interface Entry {
  /** A number once it is known: thousands of settled promises take too much memory. */
  status: Promise<number> | number;
  readonly expiresAtMs: number;
}

/** Deliveries that came about the same time, by either of their keys. */
interface Generation {
  readonly byId: Map<string, Entry>;
  readonly bySignature: Map<string, Entry>;
}

interface DuplicatesOptions {
  readonly clock: Clock;
  /** Seconds a timestamp may lie in the past or future: every valid signature is remembered. */
  readonly toleranceSeconds: number;
  readonly maxEntries?: number;
}

/**
 * Distinguishes retries from replays. A retry (same delivery id, our earlier answer was not 2xx) is handled
 * again; anything acknowledged or in progress is not.
 *
 * Both the delivery id and the signature are remembered, because only the signature is bound to the bytes: a
 * replay under a made-up delivery id is still a replay.
 */
export class Duplicates {
  readonly #clock: Clock;
  readonly #rememberMs: number;
  readonly #perGeneration: number;
  /**
   * Two generations; the whole older one is dropped when the younger one is full: removing entries one by one
   * from the front of a Map costs more with every removal.
   */
  #younger = newGeneration();
  #older = newGeneration();

  constructor({ clock, toleranceSeconds, maxEntries = defaultMaxEntries }: DuplicatesOptions) {
    this.#clock = clock;
    // One second more than the distance between the limits: a timestamp is valid until the end of its last second.
    this.#rememberMs = (2 * toleranceSeconds + 1) * 1_000;
    this.#perGeneration = Math.max(1, Math.floor(maxEntries / 2));
  }

  standingOf({ id, signature }: DeliveryKeys): Standing {
    const nowMs = this.#clock.monotonic();
    const byId = this.#find('byId', id, nowMs);
    const bySignature = this.#find('bySignature', signature, nowMs);
    if (byId === undefined && bySignature === undefined) return first;
    const done = isDone(byId) ? byId : isDone(bySignature) ? bySignature : undefined;
    return done === undefined ? retry : { kind: 'duplicate', status: done.status };
  }

  /** @param status  of its handling, which has started; never rejects */
  remember({ id, signature }: DeliveryKeys, status: Promise<number>): void {
    const entry: Entry = { status, expiresAtMs: this.#clock.monotonic() + this.#rememberMs };
    void status.then((known) => {
      entry.status = known;
    });
    if (this.#younger.bySignature.size >= this.#perGeneration) {
      this.#older = this.#younger;
      this.#younger = newGeneration();
    }
    this.#younger.byId.set(id, entry);
    this.#younger.bySignature.set(signature, entry);
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

const first: Standing = { kind: 'first' };
const retry: Standing = { kind: 'retry' };

/** Acknowledged or in progress. */
function isDone(entry: Entry | undefined): boolean {
  if (entry === undefined) return false;
  return typeof entry.status !== 'number' || isSuccess(entry.status);
}

function newGeneration(): Generation {
  return { byId: new Map(), bySignature: new Map() };
}

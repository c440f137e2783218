import type { Delivery } from '../delivery.ts';
import type { Answered, ListenEvent, TurnedAway } from './listen-event.ts';
import type { OrderedFeed } from './ordered-feed.ts';
import { abridged, evidenceSize } from './stranger.ts';

/** The limit of waiting entries; at most ten a second of a flood are shown anyway. */
const mostWaiting = 100;

/** Bytes of whole deliveries that may wait to be diagnosed, in all. */
const evidenceBytes = 64 * 1024;

/**
 * Adds unverified requests to a feed: refused ones, and deliveries that failed verification. Nothing
 * waits for room because of them: while the reader is stuck, a few are kept and the rest is only counted.
 */
export class StrangerFeed implements AsyncIterable<readonly ListenEvent[]> {
  readonly #feed: OrderedFeed<ListenEvent>;
  #waiting = 0;
  #heldBytes = 0;
  #turnedAway = 0;
  #unverified = 0;

  constructor(feed: OrderedFeed<ListenEvent>) {
    this.#feed = feed;
  }

  addTurnedAway(event: TurnedAway): void {
    if (this.#takePlace()) this.#feed.add(event, 0);
    else this.#turnedAway++;
  }

  /** Keeps its beginning and, if it is short enough to be diagnosed, all of it for a moment. */
  addUnverified(delivery: Delivery, outcome: Pick<Answered, 'results' | 'status'>): void {
    if (!this.#takePlace()) {
      this.#unverified++;
      return;
    }
    const size = evidenceSize(delivery);
    const isExamined = size !== null && this.#heldBytes + size <= evidenceBytes;
    if (isExamined) this.#heldBytes += size;
    const evidence = isExamined ? delivery : null;
    this.#feed.add({ kind: 'answered', delivery: abridged(delivery), evidence, ...outcome }, 0);
  }

  /** Everything of the feed, followed by the count of what was not kept. */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly ListenEvent[], void, void> {
    for await (const batch of this.#feed) {
      const [turnedAway, unverified] = [this.#turnedAway, this.#unverified];
      this.#waiting = 0;
      this.#heldBytes = 0;
      this.#turnedAway = 0;
      this.#unverified = 0;
      yield turnedAway + unverified === 0 ? batch : [...batch, { kind: 'untold', turnedAway, unverified }];
    }
  }

  #takePlace(): boolean {
    if (this.#waiting >= mostWaiting) return false;
    this.#waiting++;
    return true;
  }
}

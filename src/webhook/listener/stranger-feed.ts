import type { Delivery } from '../delivery.ts';
import type { Answered, ListenEvent, TurnedAway } from './listen-event.ts';
import type { OrderedFeed } from './ordered-feed.ts';
import { abridged, evidenceSize } from './stranger.ts';

/** What waits for a reader that does not keep up; nobody is shown more of a flood than ten a second anyway. */
const mostWaiting = 100;

/** Whole deliveries that may wait, together, to be examined for why they do not verify. */
const evidenceBytes = 64 * 1024;

/**
 * Adds to a feed what anybody can send: requests that were turned away, and deliveries that do not verify. Nobody
 * waits for room because of them: while the reader stands still a few are kept, and the rest is only counted.
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

  /** Keeps the beginning of it, and all of it for a moment if it is short enough to be examined. */
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

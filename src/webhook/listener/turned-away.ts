import type { OrderedFeed } from './ordered-feed.ts';

/** A request that is not a delivery, or could not be read as a request at all. */
export interface TurnedAway {
  readonly kind: 'refused';
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly status: number;
  /** Method and target, cut; null where no request line could be read. */
  readonly request: string | null;
  /** In a few words, with the limit that was exceeded. */
  readonly reason: string;
}

/** More that were turned away than were kept. */
export interface Untold {
  readonly kind: 'untold';
  readonly count: number;
}

/** What waits for a reader that does not keep up; nobody is shown more of a flood than ten a second anyway. */
const mostWaiting = 100;
const bytesEach = 1_024;

/**
 * Adds to a feed what was turned away: nobody waits for room on account of such a request, so when the reader
 * stands still a few are kept and the rest is only counted.
 */
export class TurnedAwayFeed<T> {
  readonly #feed: OrderedFeed<T | TurnedAway>;
  #waiting = 0;
  #untold = 0;

  constructor(feed: OrderedFeed<T | TurnedAway>) {
    this.#feed = feed;
  }

  add(event: TurnedAway): void {
    if (this.#waiting >= mostWaiting) {
      this.#untold++;
      return;
    }
    this.#waiting++;
    this.#feed.add(event, bytesEach);
  }

  /** Everything of the feed, with the count of what was not kept behind what was. */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly (T | TurnedAway | Untold)[], void, void> {
    for await (const batch of this.#feed) {
      const count = this.#untold;
      this.#waiting = 0;
      this.#untold = 0;
      yield count === 0 ? batch : [...batch, { kind: 'untold', count }];
    }
  }
}

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';

/** How long the browser that we open may take to come and get the key. */
const ticketMs = 60_000;

/**
 * What the page has to show with each request: a new one for each run, never stored.
 *
 * The address given to a browser program is visible to every user of the machine, so it holds a ticket that is good
 * for one exchange within a minute.
 */
export class PageKey {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly value = randomBytes(32).toString('base64url');
  #ticket: { readonly value: string; readonly untilMs: number } | null = null;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  isIt(claimed: string): boolean {
    return isSame(claimed, this.value);
  }

  newTicket(): string {
    const value = randomBytes(16).toString('base64url');
    this.#ticket = { value, untilMs: this.#clock.monotonic() + ticketMs };
    return value;
  }

  /** The key for a ticket; null when that is not the latest one, was used, or is too old. */
  redeem(claimed: string): string | null {
    const ticket = this.#ticket;
    if (ticket === null || !isSame(claimed, ticket.value)) return null;
    this.#ticket = null;
    return this.#clock.monotonic() <= ticket.untilMs ? this.value : null;
  }
}

/** Compares in constant time, whatever the lengths. */
function isSame(claimed: string, value: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(claimed), hash(value));
}

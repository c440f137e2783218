import { Traffic, type TrafficParts } from './traffic.ts';

/** How long after a consent a sync begins that follows it at once. */
const soonMs = 1_000;
/** The same where a queue or a timer begins it. */
const lateMs = 10_000;

/**
 * The syncs with which an integration may follow each consent by itself. Faults and syncs of an act must not meet them, so
 * they are waited for.
 */
export class FirstSyncs {
  readonly #traffic: TrafficParts;
  /** When one follows a consent, as far as is known. */
  #begins: 'unknown' | 'never' | 'soon' | 'late' = 'unknown';

  constructor(traffic: TrafficParts) {
    this.#traffic = traffic;
  }

  /** Whether seconds may pass before one begins. */
  get areLate(): boolean {
    return this.#begins === 'late';
  }

  /** Does what leads to a consent, and waits for the sync that may follow it. */
  async after<Result>(consent: () => Promise<Result>): Promise<Result> {
    const beginMs = { unknown: soonMs, never: 0, soon: soonMs, late: lateMs }[this.#begins];
    const { result, isFollowed } = await this.#watch(consent, (traffic) => traffic.over(beginMs));
    if (this.#begins === 'unknown') this.#begins = isFollowed ? 'soon' : 'never';
    return result;
  }

  /**
   * Consents once more, to find out whether a sync follows that begins late. From then on each is waited for, and those of
   * earlier consents are over.
   */
  async becomeLate(consent: () => Promise<unknown>): Promise<boolean> {
    if (this.#begins === 'late') return false;
    const isSoonUsual = this.#begins === 'soon';
    const { isFollowed } = await this.#watch(consent, async (traffic) => {
      // One that comes soon this time, and did not at first, is one whose delay varies.
      const isLate = (await traffic.over(soonMs)) ? !isSoonUsual : await traffic.over(lateMs - soonMs);
      if (!isLate) return false;
      await this.#traffic.clock.sleep(lateMs, this.#traffic.signal);
      await traffic.over(0);
      return true;
    });
    if (isFollowed) this.#begins = 'late';
    return isFollowed;
  }

  #watch<Result>(consent: () => Promise<Result>, isFollowedIn: (traffic: Traffic) => Promise<boolean>) {
    return Traffic.during(this.#traffic, async (traffic) => {
      const result = await consent();
      return { result, isFollowed: await isFollowedIn(traffic) };
    });
  }
}

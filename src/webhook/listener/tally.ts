import { isSuccess } from '../../http/status.ts';
import type { Delivery } from '../delivery.ts';
import type { Posted } from '../sending/post.ts';

/** Latencies kept for the percentiles: the latest ones, so that memory stays the same however long it runs. */
const keptLatencies = 10_000;

/** The counts of a `summary` line. Wire names, in their order. */
export interface Summary {
  readonly type: 'summary';
  readonly deliveries: number;
  readonly verified: number;
  readonly invalid: number;
  readonly duplicates: number;
  /** Deliveries handed to at least one handler. */
  readonly forwarded: number;
  /** How many of these the handler did not answer with 2xx. */
  readonly failed: number;
}

/** Counts the requests of a listener. */
export class Tally {
  #deliveries = 0;
  #invalid = 0;
  #duplicates = 0;
  #forwarded = 0;
  #failed = 0;
  readonly #latencies: number[] = [];
  #next = 0;

  add(delivery: Delivery, results: readonly Posted[]): void {
    this.#deliveries++;
    if (delivery.reason !== null) this.#invalid++;
    if (delivery.standing === 'duplicate') this.#duplicates++;
    if (results.length > 0) this.#forwarded++;
    if (results.some(({ status }) => !isSuccess(status))) this.#failed++;
    for (const { latencyMs } of results) {
      this.#latencies[this.#next] = latencyMs;
      this.#next = (this.#next + 1) % keptLatencies;
    }
  }

  /** Counts deliveries that failed verification and were not kept. */
  addInvalid(count: number): void {
    this.#deliveries += count;
    this.#invalid += count;
  }

  get summary(): Summary {
    return {
      type: 'summary',
      deliveries: this.#deliveries,
      verified: this.#deliveries - this.#invalid,
      invalid: this.#invalid,
      duplicates: this.#duplicates,
      forwarded: this.#forwarded,
      failed: this.#failed,
    };
  }

  /** A percentile of the handlers' latencies, in milliseconds; null before the first. */
  percentile(share: number): number | null {
    const ordered = [...this.#latencies].sort((a, b) => a - b);
    return ordered[Math.max(0, Math.ceil(ordered.length * share) - 1)] ?? null;
  }
}

import { randomUUID } from 'node:crypto';
import { dateOf } from '../../http/headers.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Exchange, HttpResponse } from '../../ports/exchange.ts';
import { plainLine } from '../../text/plain-line.ts';
import { sampleEnvelope } from '../event.ts';
import { excerptOf } from '../sending/excerpt.ts';
import { type Outgoing, outgoing } from '../sending/outgoing.ts';
import { answerLimitMs, post } from '../sending/post.ts';
import type { Answer } from './answer.ts';
import { FrontGate } from './front.ts';

/** Longer than the limit of Revento, so that a slow handler is reported as slow, not as silent. */
const readFactor = 3;
/** A handler that ended is waited for: what supervises it may start it again. */
const mostRestartMs = 3_000;
const lookMs = 100;
/** Enough for the sentence with which Django explains a missing slash. */
const shownChars = 400;

export interface CheckOptions {
  readonly url: string;
  readonly secret: string;
  /** The one before, while it is still valid; null otherwise. */
  readonly previousSecret: string | null;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly eventId: string;
  /** Slower answers fail the case about time. Default 10 s, as in the guide. */
  readonly patienceMs?: number;
}

/** The parts of a delivery of a case; parts left out are valid. */
export interface Parts {
  readonly type?: string;
  /** The body's text; default a compact sample. */
  readonly text?: string;
  readonly timestamp?: string;
  readonly deliveryId?: string;
  readonly signature?: string;
  /** Signs it; default the current one. */
  readonly secret?: string;
}

/** The apparatus of a run: makes deliveries, sends them, and remembers how long the valid ones took. */
export class Bench {
  readonly patienceMs: number;
  /** The longest time of a delivery that had to be acknowledged so far. */
  slowestMs = 0;
  /** How far the handler's clock is ahead of ours, by the `Date` of its answers; 0 where it agrees or does not show. */
  clockAheadSeconds = 0;
  /** It answered before, and nothing listens there anymore. */
  isGone = false;
  readonly url: string;
  readonly secret: string;
  readonly previousSecret: string | null;
  #hasAnswered = false;
  readonly #options: CheckOptions;
  readonly #gate = new FrontGate();

  constructor(options: CheckOptions) {
    this.#options = options;
    this.patienceMs = options.patienceMs ?? answerLimitMs;
    this.url = options.url;
    this.secret = options.secret;
    this.previousSecret = options.previousSecret;
  }

  get nowSeconds(): number {
    return Math.floor(this.#options.clock.now() / 1000);
  }

  /** Header text of a timestamp some seconds from now; negative is in the past. */
  secondsFromNow(seconds: number): string {
    return String(this.nowSeconds + seconds);
  }

  /** The same by the handler's clock, so that clock skew is not taken for a wrong tolerance. */
  secondsFromHandlersNow(seconds: number): string {
    const ahead = this.clockAheadSeconds;
    return this.secondsFromNow(seconds + (Math.abs(ahead) > mostSkewSeconds ? 0 : ahead));
  }

  /** A sample body as an object; each has its own id. */
  envelope(type = 'application.approved'): Record<string, unknown> {
    const { clock, eventId } = this.#options;
    const occurredAt = new Date(clock.now()).toISOString();
    const id = `evt_delivery_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
    // A handler that honors a deletion drops what arrives for that connection later, and its effects could not be seen.
    const organizationId = type === 'data.deletion_required' ? 'org_deleted' : 'org_test';
    return { ...sampleEnvelope(type, { id, occurredAt, eventId, organizationId }) };
  }

  make({ type = 'application.approved', text, timestamp, deliveryId, signature, secret }: Parts = {}): Outgoing {
    return outgoing({
      secret: secret ?? this.secret,
      type,
      deliveryId: deliveryId ?? randomUUID(),
      timestamp: timestamp ?? this.secondsFromNow(0),
      body: Buffer.from(text ?? JSON.stringify(this.envelope(type)), 'utf8'),
      ...(signature !== undefined && { signature }),
    });
  }

  /**
   * Sends one delivery; no answer is a result too. Answers of a rate limiter or gateway are marked.
   *
   * @throws the signal's reason
   */
  async send(delivery: Outgoing): Promise<Answer> {
    const { clock, signal } = this.#options;
    return this.#gate.settle(await this.#sendOnceUp(delivery), {
      again: () => this.sendOnce(delivery),
      control: () => this.sendOnce(this.make()),
      sleep: (ms) => clock.sleep(ms, signal),
      nowMs: clock.now(),
    });
  }

  async #sendOnceUp(delivery: Outgoing): Promise<Answer> {
    const { clock, signal } = this.#options;
    let answer = await this.sendOnce(delivery);
    if (!this.#hasAnswered) return answer;
    for (let waitedMs = 0; answer.error === 'refused' && waitedMs < mostRestartMs; waitedMs += lookMs) {
      await clock.sleep(lookMs, signal);
      answer = await this.sendOnce(delivery);
    }
    this.isGone = answer.error === 'refused';
    return answer;
  }

  /** Sends one that a correct handler acknowledges. */
  async sendValid(delivery: Outgoing): Promise<Answer> {
    const answer = await this.send(delivery);
    if (!answer.isFront) this.slowestMs = Math.max(this.slowestMs, answer.latencyMs);
    return answer;
  }

  /** Sends one delivery and returns its answer unchanged; closes the connection after `timeoutMs`. */
  async sendOnce(delivery: Outgoing, timeoutMs = this.patienceMs * readFactor): Promise<Answer> {
    const { url, exchange, clock, signal } = this.#options;
    const posted = await post({ url, ...delivery, signal }, { exchange, clock, timeoutMs });
    const { status, error, failure, latencyMs, excerpt, response } = posted;
    if (failure !== null && signal.aborted) throw signal.reason;
    this.#hasAnswered ||= response !== null;
    if (response !== null) this.clockAheadSeconds = aheadSeconds(response, clock.now());
    return {
      status,
      error,
      failure,
      headers: response?.headers ?? [],
      says: plainLine(excerpt, shownChars),
      text: response === null ? '' : excerptOf(response.body),
      latencyMs,
      isFront: false,
    };
  }
}

/** A `Date` has whole seconds and takes time to arrive: smaller differences do not count. */
const leastSkewSeconds = 5;
/** A handler that is further off but accepts plain deliveries has a wrong `Date`, not a wrong clock. */
const mostSkewSeconds = 300;

function aheadSeconds(answer: HttpResponse, now: number): number {
  const at = dateOf(answer);
  if (at === null) return 0;
  const seconds = Math.round((at - now) / 1000);
  return Math.abs(seconds) < leastSkewSeconds ? 0 : seconds;
}

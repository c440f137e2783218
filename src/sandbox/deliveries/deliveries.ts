import { randomUUID } from 'node:crypto';
import { ReventoError } from '../../errors/revento-error.ts';
import { isSuccess } from '../../http/status.ts';
import { stringify } from '../../json/stringify.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Exchange, HeaderList } from '../../ports/exchange.ts';
import type { Envelope } from '../../webhook/event.ts';
import { answerLimitMs, post } from '../../webhook/sending/post.ts';
import { sign } from '../../webhook/signature.ts';
import type { Recorder } from '../audit/recorder.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { hasWaited } from '../faults/strike.ts';
import type { Note } from '../saved/change.ts';
import type { SavedDeliveries } from '../saved/snapshot.ts';
import type { Attempt, Delivery, DeliveryEntry } from './delivery.ts';
import { type Open, savedOf, textOf } from './open-delivery.ts';
import { SigningSecrets } from './signing.ts';

/** Waits before the second and every later attempt. Assumed: the guide does not publish its schedule. */
const retryDelaysMs: readonly number[] = [10_000, 60_000, 5 * 60_000, 30 * 60_000, 2 * 3_600_000];
/** The limit of finished deliveries that are kept to be listed and sent again; the oldest are dropped. */
const rememberedDeliveries = 1_000;
/** Offset of the timestamp, by fault. */
const wrongBySeconds: Readonly<Record<string, number>> = { stale: -3_600, future: 3_600 };

/** Small enough that a sample comes in several chunks. */
const chunkBytes = 128;

/** The destination of deliveries, and how they are sent. */
export interface WebhookTarget {
  readonly url: string | (() => string);
  /** The signing secret at the start. */
  readonly secret: string;
  /** Sends one request; never follows redirects. */
  readonly send: Exchange;
  /** Every wait of the schedule is multiplied by it. Default 1. */
  readonly retryScale?: number;
}

interface DeliveryParts {
  readonly clock: Clock;
  /** Milliseconds since the Unix epoch, as the handler's own clock has it. */
  readonly realNow: () => number;
  readonly target: WebhookTarget;
  readonly faults: FaultPlan;
  readonly onEvent: (entry: DeliveryEntry) => void;
  /** Called for every delivery that begins, changes or is dropped, and for every change of the secrets. */
  readonly note?: Note;
  /** Called before every request; the returned function is called with the status of the answer, or null. */
  readonly onPost?: Recorder['sending'];
}

/** The webhook sender: signs, sends, retries, gives up, and keeps a record. */
export class Deliveries {
  readonly signing: SigningSecrets;
  readonly #parts: DeliveryParts;
  readonly #open = new Map<string, Open>();
  /** Requests in flight. */
  readonly #posting = new Set<Promise<unknown>>();
  /** Deliveries that are no longer pending, in the order in which they ended. */
  readonly #finished = new Set<string>();
  /** One for each round. A signal for all of them would compare every new listener with all the others. */
  readonly #stops = new Set<AbortController>();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.signing = new SigningSecrets(parts.target.secret, parts.note);
  }

  /** Where deliveries go. */
  get url(): string {
    const { url } = this.#parts.target;
    return typeof url === 'string' ? url : url();
  }

  /**
   * Sends an envelope under a new delivery id.
   *
   * @param subject  the id of its subject; null for a made-up one
   */
  send(envelope: Envelope, subject: string | null = null): Delivery {
    const id = randomUUID();
    const open: Open = {
      body: Buffer.from(stringify({ ...envelope }), 'utf8'),
      round: 0,
      tries: 0,
      signer: 'current',
      shown: {
        delivery_id: id,
        event: envelope.type,
        event_id: envelope.event_id,
        subject,
        created_at: this.#time(),
        state: 'pending',
        attempts: [],
        next_attempt_at: null,
      },
    };
    this.#forgetOldest();
    this.#open.set(id, open);
    return this.#begin(open);
  }

  /** Sends a delivery again under its id, with all its retries; null when it does not exist. */
  redeliver(id: string): Delivery | null {
    const open = this.#open.get(id);
    return open ? this.#begin(open) : null;
  }

  /** The text whose UTF-8 every attempt sends; null when the delivery does not exist. */
  bodyOf(id: string): string | null {
    const open = this.#open.get(id);
    return open ? textOf(open) : null;
  }

  /** Every remembered delivery, oldest first. */
  list(): readonly Delivery[] {
    return [...this.#open.values()].map(({ shown }) => shown);
  }

  /** Resolves once no request is in flight. Does not wait for scheduled retries. */
  async settled(): Promise<void> {
    do {
      await Promise.all(this.#posting);
      // Lets whatever follows from an answer, or from a timer that has just ended, start first.
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#posting.size > 0);
  }

  save(): SavedDeliveries {
    return {
      signing: this.signing.save(),
      deliveries: [...this.#open.values()].map(savedOf),
    };
  }

  /** Replaces all deliveries with saved ones; scheduled retries stay scheduled. */
  load(saved: SavedDeliveries): void {
    this.reset();
    this.signing.load(saved.signing);
    for (const { body, shown, signer, tries } of saved.deliveries) {
      const open: Open = { body: Buffer.from(body, 'utf8'), shown, signer, tries, round: 1 };
      this.#open.set(shown.delivery_id, open);
      if (shown.state !== 'pending') this.#finished.add(shown.delivery_id);
      else void this.#stoppable((signal) => this.#retry(open, open.round, signal));
    }
  }

  /** Cancels every retry and drops every delivery. New ones can be sent. */
  reset(): void {
    for (const stop of this.#stops) stop.abort();
    this.#stops.clear();
    this.#finished.clear();
    this.#open.clear();
  }

  /** Starts a new round: the first attempt at once, then its retries, unless another round replaces this one. */
  #begin(open: Open): Delivery {
    const round = ++open.round;
    open.signer = this.signing.next();
    open.tries = 0;
    open.shown = { ...open.shown, state: 'pending', next_attempt_at: null };
    this.#noteOpen(open);
    const begun = open.shown;
    this.#finished.delete(begun.delivery_id);
    void this.#stoppable(async (signal) => {
      await this.#try(open, signal);
      await this.#retry(open, round, signal);
    });
    return begun;
  }

  async #stoppable(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const stop = new AbortController();
    this.#stops.add(stop);
    await work(stop.signal);
    this.#stops.delete(stop);
  }

  async #retry(open: Open, round: number, signal: AbortSignal): Promise<void> {
    while (open.shown.state === 'pending') {
      const due = Date.parse(open.shown.next_attempt_at ?? '') || 0;
      if (!(await hasWaited(this.#parts.clock, Math.max(0, due - this.#parts.clock.now()), signal))) return;
      if (open.round !== round) return;
      await this.#try(open, signal);
    }
  }

  /** One attempt. Timestamp and signature are new each time, the delivery id is not. Source: guide, retries. */
  async #try(open: Open, signal: AbortSignal): Promise<void> {
    const { tries: retry, round } = open;
    const { clock, faults, onEvent } = this.#parts;
    const { effect: fault, delayMs } = faults.next('webhook');
    const effect = typeof fault === 'string' ? fault : null;
    if (delayMs > 0 && !(await hasWaited(clock, delayMs, signal))) return;
    const startedAt = clock.monotonic();
    const at = this.#time();
    // Handlers compare it with their own clock, which nobody moves.
    const seconds = Math.floor(this.#parts.realNow() / 1000) + (wrongBySeconds[effect ?? ''] ?? 0);
    const { age, secret } = this.signing.resolve(open.signer);
    const key = effect === 'signature' ? `not ${secret}` : secret;
    const isChunked = effect === 'chunked';
    const post = async () => {
      const end = this.#parts.onPost?.(open.shown, effect, {
        signedWith: this.signing.previous === null ? 'only' : age,
        secret,
      });
      const signature = sign(key, `${seconds}`, open.body);
      const outcome = await this.#counted(this.#post(open, `${seconds}`, signature, isChunked, signal));
      if (!signal.aborted) end?.(outcome.status);
      return outcome;
    };
    const answered = await post();
    if (effect === 'twice') await post();
    const outcome =
      effect === 'drop' ? { status: null, error: 'the answer was ignored (injected by the sandbox)' } : answered;
    if (signal.aborted) return;

    const attempt: Attempt = { at, ...outcome, ms: Math.round(clock.monotonic() - startedAt), signed_with: age };
    const isLast = retry >= retryDelaysMs.length;
    const state = outcome.error === null ? 'delivered' : isLast ? 'dead' : 'pending';
    const nextAt = state === 'pending' ? new Date(clock.now() + this.#delayMs(retry)).toISOString() : null;
    open.shown = { ...open.shown, state, attempts: [...open.shown.attempts, attempt], next_attempt_at: nextAt };
    if (open.round === round) open.tries = retry + 1;
    if (state !== 'pending') this.#finished.add(open.shown.delivery_id);
    this.#noteOpen(open);
    const { delivery_id, event, subject, attempts } = open.shown;
    onEvent({
      type: 'delivery',
      delivery_id,
      event,
      subject,
      attempt: attempts.length,
      ...attempt,
      state,
      next_attempt_at: nextAt,
    });
  }

  async #post(open: Open, timestamp: string, signature: string, isChunked: boolean, signal: AbortSignal) {
    const { clock, target } = this.#parts;
    const headers: HeaderList = [
      ['Content-Type', 'application/json'],
      ['User-Agent', 'Revento-Webhooks/1.0 (sandbox)'],
      ['X-Revento-Event', open.shown.event],
      ['X-Revento-Delivery-Id', open.shown.delivery_id],
      ['X-Revento-Timestamp', timestamp],
      ['X-Revento-Signature', signature],
    ];
    const drip = isChunked ? { drip: { bytes: chunkBytes, pauseMs: 0 } } : {};
    const options = { exchange: target.send, clock, timeoutMs: answerLimitMs };
    try {
      const { status, failure } = await post({ url: this.url, headers, body: open.body, signal, ...drip }, options);
      if (failure !== null) return { status: null, error: failure.message };
      return { status, error: isSuccess(status) ? null : `HTTP ${status}` };
    } catch (error) {
      // A proxy variable is malformed, for instance.
      if (!(error instanceof ReventoError)) throw error;
      return { status: null, error: error.message };
    }
  }

  async #counted<T>(post: Promise<T>): Promise<T> {
    this.#posting.add(post);
    try {
      return await post;
    } finally {
      this.#posting.delete(post);
    }
  }

  #delayMs(index: number): number {
    return (retryDelaysMs[index] ?? 0) * (this.#parts.target.retryScale ?? 1);
  }

  #time(): string {
    return new Date(this.#parts.clock.now()).toISOString();
  }

  #forgetOldest(): void {
    const [id] = this.#finished;
    if (id === undefined || this.#open.size < rememberedDeliveries) return;
    this.#finished.delete(id);
    this.#open.delete(id);
    this.#parts.note?.({ type: 'delivery_forgotten', id });
  }

  #noteOpen(open: Open): void {
    this.#parts.note?.({ type: 'delivery', delivery: savedOf(open) });
  }
}

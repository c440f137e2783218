import type { Clock } from '../../ports/clock.ts';
import type { HttpRequest, HttpResponse } from '../../ports/exchange.ts';
import { controlPrefix } from '../control/key.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import type { Strike } from '../faults/fault-plan.ts';
import type { Incoming } from '../message/request.ts';
import type { Client } from '../oauth/clients.ts';
import { Closing } from './closing.ts';
import type { ActFacts, AnySeen, DeliverySeen, Evidence, Span } from './evidence.ts';
import { evidenceOf } from './evidence-of.ts';
import { type Finding, join, judge, judgeInTurns } from './judge.ts';
import { type NewBreach, News } from './news.ts';
import { hashOf } from './seen/fingerprint.ts';
import { Paths } from './seen/line.ts';
import { Logins } from './seen/logins.ts';
import { readSeen } from './seen/request.ts';

/** The most requests and deliveries that are kept, about 5 MB. Then they are judged, and only the findings are kept. */
const mostSeen = 5_000;
/** After a verdict for `news`, the next one waits this many times as long as the verdict took. */
const restsPerVerdict = 20;

interface RecorderParts {
  readonly clock: Clock;
  readonly clients: readonly Client[];
  readonly eventIds: readonly string[];
}

/** The verdict so far. */
export interface Audit {
  /** When recording started, by the sandbox's clock, milliseconds since the Unix epoch. */
  readonly since: number;
  /** The number of requests and deliveries that were judged. */
  readonly seen: number;
  readonly findings: readonly Finding[];
}

type DeliveryFacts = Pick<Delivery, 'delivery_id' | 'event' | 'event_id' | 'subject'>;

/** A request that is being answered. */
interface Arrival {
  /** The fault plan adds here what it injects. */
  readonly strikes: Strike[];
  readonly number: number;
  readonly at: number;
  readonly startMs: number;
}

/** Records what an integration did, without its secrets, and judges it by the rules. */
export class Recorder {
  readonly #parts: RecorderParts;
  readonly #mostSeen: number;
  #logins = new Logins();
  readonly #paths = new Paths();
  #seen: AnySeen[] = [];
  readonly #closing = new Closing();
  readonly #news = new News();
  readonly #since: number;
  #latest: Audit | null = null;
  #judging: Promise<void> | null = null;
  /** How long the last verdict took, and when it was finished. */
  #cost = { tookMs: 0, atMs: 0 };
  #numbers = 0;
  #judged = 0;

  /** @param mostSeen  how much is kept before it is judged */
  constructor(parts: RecorderParts, most = mostSeen) {
    this.#parts = parts;
    this.#mostSeen = most;
    this.#since = parts.clock.now();
  }

  /** Begins a request. Requests to the control API are not from the integration and have no number. */
  arrive(path: string): Arrival {
    return { strikes: [], ...this.#start(path.startsWith(controlPrefix) ? 0 : 1) };
  }

  /** Records an answered request if a rule is about it. */
  answered(arrival: Arrival, request: HttpRequest, incoming: Incoming, answer: HttpResponse): void {
    const { strikes, number, ...start } = arrival;
    const span = this.#end(start);
    const isAborted = request.signal?.aborted === true;
    const { clients } = this.#parts;
    const seen = readSeen({
      request,
      incoming,
      answer,
      strikes,
      number,
      span,
      isAborted,
      clients,
      logins: this.#logins,
      paths: this.#paths,
    });
    if (seen !== null) this.#keep(seen);
  }

  /** Records a delivery when the returned function is called with the status of the answer, or null. */
  sending(
    { delivery_id: id, event: type, event_id: eventId, subject }: DeliveryFacts,
    fault: string | null,
    { signedWith, secret }: { readonly signedWith: DeliverySeen['signedWith']; readonly secret: string },
  ): (status: number | null) => void {
    const { number, ...start } = this.#start();
    return (status) => {
      const span = this.#end(start);
      const ms = Math.round(span.endMs - span.startMs);
      const line = `${type} [${id.slice(0, 8)}] ${status ?? 'no answer'}`;
      const isMadeUp = subject === null;
      this.#keep({
        kind: 'delivery',
        number,
        line,
        id,
        type,
        eventId,
        isMadeUp,
        status,
        ms,
        signedWith,
        secret: hashOf(secret),
        fault,
        ...span,
      });
    };
  }

  /**
   * Begins an act of `certify`; the returned function ends it with the observations of the integration.
   *
   * @param title  one line that holds no secret
   */
  acting(act: string, title: string): (facts: ActFacts) => void {
    const { number, ...start } = this.#start();
    return (facts) => {
      const span = this.#end(start);
      const lastNumber = this.#numbers;
      this.#keep({ kind: 'act', number, line: `act: ${title}`, fault: null, act, lastNumber, facts, ...span });
    };
  }

  /** Drops the evidence. Breaches so far are kept. */
  reset(): void {
    this.#close();
    this.#logins = new Logins();
  }

  /** Drops the evidence, and its breaches with it. Which tokens belong to which login is still known. */
  forget(): void {
    this.#seen = [];
    this.#latest = null;
  }

  /** The verdict, computed synchronously: no request is answered meanwhile. */
  audit(): Audit {
    const seen = this.#seenSoFar;
    if (this.#latest?.seen !== seen) {
      const findings = join(this.#closing.findings(), judge(this.evidence()));
      this.#latest = { since: this.#since, seen, findings };
    }
    return this.#latest;
  }

  /** The verdict on everything so far, computed one rule at a time, so that requests are answered meanwhile. */
  async verdict(): Promise<Audit> {
    const seen = this.#seenSoFar;
    for (;;) {
      if (this.#latest !== null && this.#latest.seen >= seen) return this.#latest;
      this.#judging ??= this.#judge().finally(() => {
        this.#judging = null;
      });
      await this.#judging;
    }
  }

  /**
   * The breaches found since the last call. If a verdict takes long, they are reported a little late, so that constant
   * polling takes little of the sandbox's time.
   */
  async news(): Promise<readonly NewBreach[]> {
    const { clock } = this.#parts;
    const { tookMs, atMs } = this.#cost;
    const isDue = this.#latest === null || clock.monotonic() - atMs >= tookMs * restsPerVerdict;
    const { findings } = isDue || this.#latest === null ? await this.verdict() : this.#latest;
    return this.#news.of(findings, clock.monotonic());
  }

  /** The evidence since the start, the last reset, or the last time that the limit was reached. */
  evidence(): Evidence {
    const { eventIds } = this.#parts;
    return evidenceOf(this.#seen, { logins: this.#logins.all, eventIds });
  }

  get #seenSoFar(): number {
    return this.#judged + this.#seen.length;
  }

  async #judge(): Promise<void> {
    const { clock } = this.#parts;
    const startMs = clock.monotonic();
    await this.#closing.finished();
    const [seen, earlier] = [this.#seenSoFar, this.#closing.findings()];
    const findings = join(earlier, await judgeInTurns(this.evidence()));
    const atMs = clock.monotonic();
    this.#cost = { tookMs: atMs - startMs, atMs };
    if ((this.#latest?.seen ?? -1) < seen) this.#latest = { since: this.#since, seen, findings };
  }

  #keep(seen: AnySeen): void {
    this.#seen.push(seen);
    if (this.#seen.length >= this.#mostSeen) this.#close();
  }

  #close(): void {
    if (this.#seen.length === 0) return;
    this.#closing.begin(this.evidence());
    this.#judged += this.#seen.length;
    this.#seen = [];
  }

  #start(step: 0 | 1 = 1): { readonly number: number; readonly at: number; readonly startMs: number } {
    const { clock } = this.#parts;
    this.#numbers += step;
    return { number: this.#numbers, at: clock.now(), startMs: clock.monotonic() };
  }

  #end(start: Pick<Span, 'at' | 'startMs'>): Span {
    const { clock } = this.#parts;
    return { ...start, endedAt: clock.now(), endMs: clock.monotonic() };
  }
}

import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { isHttpFailure } from '../../http/failure.ts';
import { isSuccess } from '../../http/status.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Exchange } from '../../ports/exchange.ts';
import { plainLine } from '../../text/plain-line.ts';
import { sampleEnvelope } from '../event.ts';
import { excerptOf } from '../excerpt.ts';
import { type Outgoing, outgoing } from '../outgoing.ts';

/** How long Revento waits for an answer. Source: guide, webhooks. */
const patienceMs = 10_000;
/** Later answers are still read, so that a slow handler is told apart from a silent one. */
const readFactor = 3;
const shownChars = 120;

/** What a handler made of one delivery. */
export interface Answer {
  /** Null when none came. */
  readonly status: number | null;
  /** Why none came. */
  readonly error: string | null;
  /** What one that was not 2xx says, its beginning, on one line; else empty. */
  readonly says: string;
  readonly latencyMs: number;
}

/** How a case ended. `warn`: not as the guide has it, but harmless. */
export type Outcome = 'pass' | 'warn' | 'fail';

export interface Judgement {
  readonly outcome: Outcome;
  /** What the handler did, in words. */
  readonly got: string;
  /** The same as it came, where one answer decides. */
  readonly answer?: Answer;
}

/** One thing a handler must get right. */
export interface ConformanceCase {
  readonly id: string;
  /** What a right handler does, as a sentence without its full stop. */
  readonly title: string;
  readonly sent: string;
  readonly wanted: string;
  /** What goes wrong for those who get it wrong. */
  readonly why: string;
  readonly fix: string;
  readonly run: (bench: Bench) => Promise<Judgement>;
}

export interface CaseResult extends Judgement {
  readonly test: ConformanceCase;
  readonly durationMs: number;
}

export interface CheckOptions {
  readonly url: string;
  readonly secret: string;
  /** The one before, while it is valid as well; null otherwise. */
  readonly previousSecret: string | null;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly eventId: string;
  /** Slower answers fail the case about time. Default 10 s, the guide's. */
  readonly patienceMs?: number;
}

/** What a delivery of a case is made of; everything left out is right. */
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

/** The apparatus of a run: makes deliveries, sends them, and remembers how long right ones took. */
export class Bench {
  readonly patienceMs: number;
  /** The longest a delivery that should be acknowledged has taken so far. */
  slowestMs = 0;
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly #options: CheckOptions;

  constructor(options: CheckOptions) {
    this.#options = options;
    this.patienceMs = options.patienceMs ?? patienceMs;
    this.secret = options.secret;
    this.previousSecret = options.previousSecret;
  }

  get nowSeconds(): number {
    return Math.floor(this.#options.clock.now() / 1000);
  }

  /** A sample body as an object; each has an id of its own. */
  envelope(type = 'application.approved'): Record<string, unknown> {
    const { clock, eventId } = this.#options;
    const occurredAt = new Date(clock.now()).toISOString();
    const id = `evt_delivery_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
    return { ...sampleEnvelope(type, { id, occurredAt, eventId, organizationId: 'org_test' }) };
  }

  make({ type = 'application.approved', text, timestamp, deliveryId, signature, secret }: Parts = {}): Outgoing {
    return outgoing({
      secret: secret ?? this.secret,
      type,
      deliveryId: deliveryId ?? randomUUID(),
      timestamp: timestamp ?? String(this.nowSeconds),
      body: Buffer.from(text ?? JSON.stringify(this.envelope(type)), 'utf8'),
      ...(signature !== undefined && { signature }),
    });
  }

  /** Sends one delivery; an answer that does not come is an answer too. Rejects with the signal's reason only. */
  async send(delivery: Outgoing): Promise<Answer> {
    const { url, exchange, clock, signal } = this.#options;
    const startedAt = clock.monotonic();
    const latency = () => clock.monotonic() - startedAt;
    try {
      const timeoutMs = this.patienceMs * readFactor;
      const { status, body } = await exchange({ method: 'POST', url, ...delivery, timeoutMs, signal });
      const latencyMs = latency();
      const says = isSuccess(status) ? '' : plainLine(excerptOf(body), shownChars);
      return { status, error: null, says, latencyMs };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!isHttpFailure(error)) throw error;
      return { status: null, error: error.kind, says: '', latencyMs: latency() };
    }
  }

  /** Sends one that a right handler acknowledges. */
  async sendValid(delivery: Outgoing): Promise<Answer> {
    const answer = await this.send(delivery);
    this.slowestMs = Math.max(this.slowestMs, answer.latencyMs);
    return answer;
  }
}

/** What an answer was, in words. */
export function describeAnswer({ status, error, says, latencyMs }: Answer): string {
  if (status === null) return `no answer (${error} after ${Math.round(latencyMs)} ms)`;
  return says === '' ? `HTTP ${status}` : `HTTP ${status} (${says})`;
}

/** The judgement on a delivery that is to be acknowledged. */
export function acknowledged(answer: Answer): Judgement {
  const isFine = isSuccess(answer.status);
  return { outcome: isFine ? 'pass' : 'fail', got: describeAnswer(answer), answer };
}

/**
 * The judgement on a delivery that is to be refused with 401. Another 4xx refuses it as well; a 5xx is a handler
 * that broke where it should have judged.
 */
export function refused(answer: Answer): Judgement {
  const { status } = answer;
  const got = describeAnswer(answer);
  if (status === 401) return { outcome: 'pass', got };
  if (status !== null && status >= 400 && status < 500) return { outcome: 'warn', got: `${got}; the guide says 401` };
  if (status !== null && status >= 500) return { outcome: 'fail', got: `${got}: it broke instead of refusing` };
  return { outcome: 'fail', got };
}

/**
 * Runs the cases one after the other, each against the handler as the ones before have left it.
 *
 * @throws the signal's reason when it is aborted
 */
export async function* runCases(
  cases: readonly ConformanceCase[],
  options: CheckOptions,
): AsyncGenerator<CaseResult, void, void> {
  // Twenty requests at once all listen to the one signal; Node would take that for a leak.
  setMaxListeners(0, options.signal);
  const bench = new Bench(options);
  for (const test of cases) {
    const startedAt = options.clock.monotonic();
    const judgement = await test.run(bench);
    yield { test, ...judgement, durationMs: Math.round(options.clock.monotonic() - startedAt) };
  }
}

import { randomBytes, randomUUID } from 'node:crypto';
import { isSuccess } from '../../http/status.ts';
import { isRecord } from '../../json/parse.ts';
import { type Answer, describeAnswer, type Judgment } from '../conformance/answer.ts';
import type { Bench, Parts } from '../conformance/bench.ts';
import { isFromFront } from '../conformance/front.ts';
import { type Change, canAddUp, describeChange, isSameChange, isTimes, timesOf } from './change.ts';
import { type Effects, type Expected, Restless, Unjudged } from './effects.ts';

/** How often a delivery that was not acknowledged is sent again. */
const mostRetries = 2;
/** Plain deliveries that are measured until two in a row change the same. */
const mostMeasured = 3;

/** The text of a delivery about people of its own, so that no earlier delivery hides its effect. */
interface Fresh extends Parts {
  readonly type: string;
  readonly deliveryId: string;
  readonly text: string;
}

/** What is sent, in steps: what the handler does for one of them is waited for before the next. */
type Steps = readonly (() => Promise<unknown>)[];

/**
 * Kills the handler at once, and starts it again.
 *
 * @throws Unjudged when it does not come back
 */
export type Restart = () => Promise<void>;

/** Sends deliveries and compares what they changed with what one delivery changes. */
export class Drill {
  readonly bench: Bench;
  readonly #effects: Effects;
  readonly #restart: Restart | undefined;
  #one: Promise<Change> | null = null;
  /** How long the answer to a plain delivery took, milliseconds. */
  #usualMs = 0;

  constructor(bench: Bench, effects: Effects, restart?: Restart) {
    this.bench = bench;
    this.#restart = restart;
    this.#effects = effects;
  }

  /** A delivery about a new application. */
  fresh(type = 'application.approved', changes: Readonly<Record<string, unknown>> = {}): Fresh {
    const { data, ...envelope } = this.bench.envelope(type);
    const person = randomBytes(8).toString('hex');
    const ids = { id: `app_${person}`, participant_id: `ptp_${person}`, user_id: `usr_${person}` };
    const about = isRecord(data) ? { ...data, ...ids } : data;
    return { type, deliveryId: randomUUID(), text: JSON.stringify({ ...envelope, data: about, ...changes }) };
  }

  /**
   * Sends a valid delivery as Revento does: again when it was not acknowledged.
   *
   * @throws Unjudged when it is never acknowledged
   */
  async deliver(parts: Fresh): Promise<Answer> {
    let answer = await this.send(parts);
    for (let retry = 1; !isSuccess(answer.status) && retry <= mostRetries; retry++) {
      answer = await this.send({ ...parts, timestamp: this.bench.secondsFromNow(-retry) });
    }
    if (isSuccess(answer.status)) return answer;
    throw new Unjudged(`a valid delivery was not acknowledged: ${describeAnswer(answer)}`);
  }

  /** @throws Unjudged when a rate limiter or gateway answers */
  async send(parts: Parts): Promise<Answer> {
    const answer = await this.bench.sendOnce(this.bench.make(parts));
    if (!isFromFront(answer)) return answer;
    throw new Unjudged(`something in front of the handler may have answered: ${describeAnswer(answer)}`);
  }

  /** How long the answer to a plain delivery takes, milliseconds. */
  async usualMs(): Promise<number> {
    await this.one();
    return this.#usualMs;
  }

  /** Sends a delivery, closes the connection after a part of the usual time, and waits until the answer must be over. */
  async abandon(parts: Parts, usualMs: number, part: number): Promise<void> {
    await this.bench.sendOnce(this.bench.make(parts), Math.max(1, Math.round(usualMs * part)));
    await this.#effects.pause(2 * usualMs);
  }

  /** The same delivery under another timestamp, as a retry has it. */
  again(parts: Fresh): Fresh {
    return { ...parts, timestamp: this.bench.secondsFromNow(-1) };
  }

  async restart(): Promise<void> {
    if (this.#restart === undefined) throw new Unjudged('nothing is known that starts the handler');
    await this.#restart();
  }

  /** Sends a delivery, and kills and restarts the handler after some time, answered or not. */
  async killDuring(parts: Parts, afterMs: number): Promise<void> {
    const sending = this.bench.sendOnce(this.bench.make(parts));
    await Promise.all([sending, this.#effects.pause(afterMs).then(() => this.restart())]);
  }

  /** What `work` changes; waits for what is expected as long as an effect may take. */
  async change(work: () => Promise<unknown>, isExpected: Expected, deliveries = () => 1): Promise<Change> {
    const before = await this.#effects.settled();
    await work();
    return this.#effects.changeSince(before, isExpected, deliveries());
  }

  /**
   * What one plain delivery changes: measured until two in a row change the same, because each must. The very first one
   * may change something else, such as add what later ones are counted in.
   *
   * @throws Unjudged when it is not, or when nothing changes
   */
  one(): Promise<Change> {
    this.#one ??= this.#measureOne();
    return this.#one;
  }

  async #measureOne(): Promise<Change> {
    // For as long as an effect may take: a part of it may come long after another one.
    const first = await this.change(() => this.deliver(this.fresh()), null);
    if (first.length === 0) {
      throw new Unjudged(
        `a plain valid delivery was acknowledged, but changed nothing within ${this.#effects.limitMs / 1000} s`,
      );
    }
    const changes = [first];
    for (let last = first; changes.length < mostMeasured; ) {
      const before = last;
      last = await this.change(
        async () => {
          this.#usualMs = (await this.deliver(this.fresh())).latencyMs;
        },
        (change) => isSameChange(change, before),
      );
      // Two that change nothing are not the same effect: later ones are not worked at all.
      if (last.length > 0 && isSameChange(before, last)) return last;
      changes.push(last);
    }
    const all = changes.map(describeChange).join(', then ');
    throw new Unjudged(`plain deliveries did not change the same: first ${all}`);
  }

  /** The verdict on `work` that must take effect exactly once. */
  async expectOnce(work: () => Promise<unknown>): Promise<Judgment> {
    const one = await this.one();
    return this.judgeOnce(await this.change(work, (it) => isSameChange(it, one)));
  }

  /**
   * The verdict on several works, each of which must take effect exactly once. Each is waited for by itself, also where
   * effects are slow: one that was lost would make up for one that was done twice.
   */
  async expectEach(works: readonly (() => Steps)[]): Promise<Judgment> {
    let judgment: Judgment | null = null;
    for (const work of works) {
      judgment = await this.expectOnce(() => this.#inSteps(work()));
      if (judgment.outcome !== 'pass') break;
    }
    return judgment as Judgment;
  }

  /** Does the first step, waits until it has taken effect, then the second, and so on. */
  async #inSteps(steps: Steps): Promise<void> {
    const one = await this.one();
    for (const [index, step] of steps.entries()) {
      if (index === steps.length - 1) await step();
      else await this.change(step, (change) => isSameChange(change, one));
    }
  }

  /**
   * Sends deliveries that are not to be believed, then genuine ones under their ids. The verdict if nothing was wrong with
   * any of them; null otherwise, and where effects are fast.
   */
  async leaveNoTrace(forgeries: readonly ((drill: Drill) => Parts)[]): Promise<Judgment | null> {
    const one = await this.one();
    if (!this.#effects.isSlow || !canAddUp(one)) return null;
    const sent = forgeries.map((forge) => ({ genuine: this.fresh(), forged: forge(this) }));
    const untraced = await this.change(
      async () => {
        for (const { genuine, forged } of sent) await this.send({ ...genuine, ...forged });
      },
      (change) => change.length === 0,
    );
    if (untraced.length > 0) return null;
    const before = await this.#effects.settled();
    for (const { genuine } of sent) await this.deliver(genuine);
    const change = await this.#effects.changeSince(before, (it) => isTimes(it, one, sent.length), sent.length, true);
    if (!isTimes(change, one, sent.length)) return null;
    return {
      outcome: 'pass',
      got: `${sent.length} forged ones left no trace; of the genuine ones: ${describeChange(change)}`,
    };
  }

  /** The judgment on a change that must be the effect of one delivery. */
  async judgeOnce(change: Change): Promise<Judgment> {
    const one = await this.one();
    const got = `${timesText(timesOf(change, one))}: ${describeChange(change)}`;
    if (isSameChange(change, one)) return { outcome: 'pass', got };
    return this.confirmed(`${got}, where one delivery means ${describeChange(one)}`);
  }

  /** The verdict on `work` that must leave no trace. */
  async expectNone(work: () => Promise<unknown>): Promise<Judgment> {
    await this.one();
    const change = await this.change(work, (it) => it.length === 0);
    if (change.length === 0) return { outcome: 'pass', got: 'it left no trace' };
    return this.confirmed(`it left a trace: ${describeChange(change)}`);
  }

  /**
   * A failure, if one more plain delivery still changes what it did before.
   *
   * @throws Restless otherwise: then the effects change for other reasons
   */
  async confirmed(got: string): Promise<Judgment> {
    const one = await this.one();
    const control = await this.change(
      () => this.deliver(this.fresh()),
      (it) => isSameChange(it, one),
    );
    if (isSameChange(control, one)) return { outcome: 'fail', got };
    const both = `${describeChange(control)} instead of ${describeChange(one)}`;
    throw new Restless(`the effects change on their own: a plain delivery changed ${both}`);
  }
}

function timesText(times: number | null): string {
  if (times === null) return 'it took another effect';
  return ['it took no effect', 'it took effect once', 'it took effect twice'][times] ?? `it took effect ${times} times`;
}

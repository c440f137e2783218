import type { Deps } from '../../../command-kit/deps.ts';
import { program } from '../../../errors/next-command.ts';
import { exitStatus, ReventoError } from '../../../errors/revento-error.ts';
import { isSuccess } from '../../../http/status.ts';
import { JsonText } from '../../../json/value.ts';
import type { Item, ValueItem } from '../../../output/item.ts';
import type { Style } from '../../../text/style.ts';
import { formatDuration } from '../../../text/time.ts';
import { listenerVariable } from '../../../webhook/defaults.ts';
import type { Delivery } from '../../../webhook/delivery.ts';
import { deliveryLine, eventOf } from '../../../webhook/listener/delivery-line.ts';
import { FloodGate } from '../../../webhook/listener/flood.ts';
import { Goals } from '../../../webhook/listener/goals.ts';
import type { ListenEvent, Listener } from '../../../webhook/listener/listener.ts';
import { Tally } from '../../../webhook/listener/tally.ts';
import type { Recorder } from '../../../webhook/recording.ts';
import { signingVariables } from '../shared/secrets.ts';
import { warnOfWrongClock } from './clock.ts';
import { ListenHints } from './hints.ts';
import type { LiveSecrets } from './live-secrets.ts';
import type { ListenPlan } from './options.ts';
import { answeredText, arrivedText, readyText, summaryText, turnedAwayText } from './text.ts';

type Answered = Extract<ListenEvent, { kind: 'answered' }>;

export interface ListenParts {
  readonly plan: ListenPlan;
  readonly secrets: LiveSecrets;
  readonly listener: Listener;
  readonly recorder: Recorder | null;
  readonly deps: Deps;
}

/** One run: what it yields, what it waits for, why it ends. */
export class ListenRun {
  readonly #plan: ListenPlan;
  readonly #secrets: LiveSecrets;
  readonly #listener: Listener;
  readonly #recorder: Recorder | null;
  readonly #deps: Deps;
  readonly #tally = new Tally();
  readonly #goals: Goals;
  readonly #flood: FloodGate;
  readonly #hints: ListenHints;
  readonly #childStop = new AbortController();
  readonly #over = new AbortController();
  readonly #isText: boolean;
  #closing: Promise<void> | null = null;
  #childStatus: number | null = null;
  #childFailure: unknown = null;
  #isChildCutOff = false;
  #refusal: Delivery | null = null;
  #previousNoticed = '';

  constructor({ plan, secrets, listener, recorder, deps }: ListenParts) {
    this.#plan = plan;
    this.#secrets = secrets;
    this.#listener = listener;
    this.#recorder = recorder;
    this.#deps = deps;
    this.#goals = new Goals(plan.goals);
    this.#flood = new FloodGate(deps.clock);
    this.#hints = new ListenHints(secrets, deps);
    this.#isText = deps.format === 'table';
  }

  async *items(): AsyncGenerator<Item, number | undefined, void> {
    const { signal } = this.#deps;
    const onAbort = () => this.#end();
    const { timeoutMs } = this.#plan;
    const timer = timeoutMs === null ? undefined : setTimeout(() => this.#onTimeUp(), timeoutMs);
    let child: Promise<void> | null = null;
    let clockCheck: Promise<void> | null = null;
    try {
      yield this.#ready();
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      clockCheck = warnOfWrongClock(this.#deps, this.#over.signal);
      if (this.#plan.command.length > 0) child = this.#runChild();
      for await (const events of this.#listener.events) {
        const values: ValueItem[] = [];
        for (const event of events) {
          const item = this.#itemOf(event);
          const value = item instanceof Promise ? await item : item;
          if (value !== null) values.push(value);
        }
        if (values.length > 0) yield { kind: 'values', values };
      }
      await child;
      this.#noticeHeldBack(true);
      // The terminal has written ^C where the cursor was.
      const gap = signal.reason === 'SIGINT' && this.#deps.isStdoutTty ? '\n' : '';
      yield { kind: 'value', data: { ...this.#tally.summary }, text: (style) => gap + summaryText(this.#tally, style) };
      return this.#outcome();
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#childStop.abort('SIGTERM');
      this.#over.abort();
      this.#end();
      await this.#closing;
      await clockCheck;
    }
  }

  #ready(): Item {
    const { url, addresses } = this.#listener;
    const { routes, isInvalidForwarded, host } = this.#plan.listen;
    const { terminal } = this.#deps;
    const { labels } = this.#secrets;
    if (!this.#isText) terminal.notice(`verifying with ${labels}`);
    if (isInvalidForwarded) {
      terminal.notice('warning: deliveries that do not verify are forwarded too, marked X-Revento-Cli-Unverified: 1');
    }
    if (!addresses.every((address) => address === '::1' || address.startsWith('127.'))) {
      terminal.notice(`warning: ${host} is open to the network; anybody who reaches it can send requests`);
    }
    return {
      kind: 'value',
      data: { type: 'ready', url, forward: routes.map((route) => route.url) },
      text: (style) =>
        readyText({ url, addresses, labels, routes, program: program(this.#deps.profile), plan: this.#plan }, style),
    };
  }

  /** A promise only where there is something to wait for: thousands a second come through here. */
  #itemOf(event: ListenEvent): ValueItem | null | Promise<ValueItem | null> {
    this.#noticeHeldBack(false);
    if (event.kind === 'refused') {
      if (this.#flood.passes()) this.#deps.terminal.notice(turnedAwayText(event));
      return null;
    }
    if (event.kind === 'untold') {
      this.#flood.holdBack(event.count);
      return null;
    }
    const { delivery } = event;
    if (event.kind === 'arrived') {
      // The line of an unbelieved delivery is held until it is certain that it is shown at all.
      if (delivery.reason !== null) return null;
      return { kind: 'value', data: null, text: (style) => arrivedText(delivery, style) };
    }
    this.#tally.add(delivery, event.results);
    if (delivery.isPreviousSecret) this.#noticePrevious();
    this.#judge(event);
    const line = deliveryLine(delivery, event.results, event.status);
    if (isFine(event)) this.#hints.reset();
    if (isFine(event) && this.#recorder === null) return this.#valueOf(event, line, []);
    return this.#recordAndExplain(event, line);
  }

  async #recordAndExplain(event: Answered, line: string): Promise<ValueItem | null> {
    const { delivery, results } = event;
    await this.#recorder?.append(line);
    if (isFine(event)) return this.#valueOf(event, line, []);
    const isShown = delivery.reason === null || this.#flood.passes();
    if (!isShown && this.#isText) return null;
    return this.#valueOf(event, line, isShown ? await this.#hints.next(delivery, results) : []);
  }

  #valueOf({ delivery, results, status }: Answered, line: string, hints: readonly string[]): ValueItem {
    if (!this.#isText) {
      for (const hint of hints) this.#deps.terminal.notice(`hint: ${hint}`);
      return { kind: 'value', data: new JsonText(line), text: () => '' };
    }
    const answered = { results, status, hints };
    const text = (style: Style) =>
      delivery.reason === null
        ? answeredText(delivery, answered, style)
        : `${arrivedText(delivery, style)}\n${answeredText(delivery, answered, style)}`;
    return { kind: 'value', data: null, text };
  }

  #judge(event: Answered): void {
    const { delivery } = event;
    if (delivery.reason !== null) {
      if (!this.#plan.endsOnInvalid) return;
      this.#refusal ??= delivery;
      this.#childStop.abort('SIGTERM');
      this.#end();
    } else if (delivery.standing !== 'duplicate' && isFine(event)) {
      this.#goals.see(eventOf(delivery));
      this.#onGoal();
    }
  }

  async #runChild(): Promise<void> {
    const { command } = this.#plan;
    const options = { stdout: this.#isText ? 'stdout' : 'stderr', signal: this.#childStop.signal } as const;
    try {
      const signing = await signingVariables(this.#deps);
      const env = { ...this.#deps.childEnv, ...signing, [listenerVariable]: this.#listener.url };
      this.#childStatus = await this.#deps.spawn(command, env, options);
      this.#onChildDone();
    } catch (error) {
      // Kept until the deliveries under way are printed.
      this.#childFailure = error;
      this.#end();
    }
  }

  /** With a program the run lasts until that has ended, however soon the conditions hold. */
  #onGoal(): void {
    const isChildDone = this.#plan.command.length === 0 || this.#childStatus !== null;
    if (isChildDone && this.#goals.isMet) this.#end();
  }

  /** Deliveries may still be on their way when the program is done: a time limit says how long to wait for them. */
  #onChildDone(): void {
    const mayWait = this.#goals.isSet && !this.#goals.isMet && this.#plan.timeoutMs !== null;
    if (this.#childStatus !== 0 || !mayWait) this.#end();
  }

  #onTimeUp(): void {
    this.#isChildCutOff = this.#plan.command.length > 0 && this.#childStatus === null;
    this.#childStop.abort('SIGTERM');
    this.#end();
  }

  #end(): void {
    this.#closing ??= this.#listener.close();
  }

  #noticeHeldBack(isOver: boolean): void {
    const count = this.#flood.takeHeldBack({ isOver });
    if (count > 0) this.#deps.terminal.notice(`… and ${count} more requests that were refused or did not verify`);
  }

  /** Once is enough: every delivery until the sender goes over would say the same. */
  #noticePrevious(): void {
    const label = this.#secrets.all[1]?.label;
    if (label === undefined || label === this.#previousNoticed) return;
    this.#previousNoticed = label;
    this.#deps.terminal.notice(
      `note: signed with the previous secret, ${label}: the sender has not gone over to the new one`,
    );
  }

  /** The exit status to pass through, or a failure. */
  #outcome(): number | undefined {
    const isEndless = !this.#goals.isSet && this.#plan.timeoutMs === null && this.#plan.command.length === 0;
    // Ctrl-C is how such a run is meant to end: nothing was broken off.
    if (this.#deps.signal.aborted && isEndless) return exitStatus.interrupted;
    if (this.#deps.signal.aborted) throw new ReventoError('interrupted', 'Interrupted.');
    if (this.#childFailure !== null) throw this.#childFailure;
    if (this.#refusal !== null) {
      throw new ReventoError('unmet', `A delivery did not verify: ${this.#refusal.reason}.`);
    }
    const within = this.#plan.timeoutMs === null ? '' : ` within ${formatDuration(this.#plan.timeoutMs)}`;
    if (this.#isChildCutOff) throw new ReventoError('unmet', `${this.#plan.command[0]} did not end${within}.`);
    if (this.#childStatus) return this.#childStatus;
    if (this.#goals.isSet && !this.#goals.isMet) {
      const hint = this.#tally.summary.failed > 0 ? 'the handler failed on some; only 2xx counts' : undefined;
      throw new ReventoError('unmet', `Still missing${within}: ${this.#goals.missing.join(', ')}.`, { hint });
    }
    return this.#childStatus ?? undefined;
  }
}

/** Verified, and taken by who had to take it. */
function isFine({ delivery, status }: Answered): boolean {
  return delivery.reason === null && isSuccess(status);
}

import type { Deps } from '../../../command-kit/deps.ts';
import { program } from '../../../errors/next-command.ts';
import { exitStatus, ReventoError } from '../../../errors/revento-error.ts';
import { type Item, type ValueItem, valueItem } from '../../../output/item.ts';
import { formatDuration } from '../../../text/time.ts';
import { listenerVariable } from '../../../webhook/defaults.ts';
import type { Delivery } from '../../../webhook/delivery.ts';
import { eventOf } from '../../../webhook/listener/delivery-line.ts';
import { Goals } from '../../../webhook/listener/goals.ts';
import type { Answered, ListenEvent } from '../../../webhook/listener/listen-event.ts';
import type { Listener } from '../../../webhook/listener/listener.ts';
import { Tally } from '../../../webhook/listener/tally.ts';
import { maskedUrl } from '../../../webhook/masked-url.ts';
import type { Recorder } from '../../../webhook/recording.ts';
import { warnOfWrongClock } from './clock.ts';
import { ListenHints } from './hints.ts';
import type { LiveSecrets } from './live-secrets.ts';
import type { ListenPage } from './page.ts';
import type { ListenPlan } from './plan.ts';
import { readyText } from './ready-text.ts';
import { isFine, ListenReport, type OutputKind } from './report.ts';
import { summaryText } from './summary-text.ts';

/** What a run needs from its caller. */
type ListenDeps = Pick<
  Deps,
  | 'profile'
  | 'format'
  | 'isFiltered'
  | 'isVerbose'
  | 'isStdoutTty'
  | 'settings'
  | 'childEnv'
  | 'clock'
  | 'signal'
  | 'terminal'
  | 'http'
  | 'secrets'
  | 'storedProfiles'
  | 'spawn'
>;

interface ListenParts {
  readonly plan: ListenPlan;
  readonly secrets: LiveSecrets;
  readonly listener: Listener;
  readonly recorder: Recorder | null;
  readonly page: Pick<ListenPage, 'show'> | null;
  readonly deps: ListenDeps;
}

/** Makes `revento` in the command use the same profile. */
const profileVariable = 'REVENTO_PROFILE';

/** The size of one write; a single line may be longer. */
const pieceChars = 256 * 1024;

/** One run: its output, its conditions, and the reason for its end. */
export class ListenRun {
  readonly #plan: ListenPlan;
  readonly #secrets: LiveSecrets;
  readonly #listener: Listener;
  readonly #page: ListenParts['page'];
  readonly #deps: ListenDeps;
  readonly #tally = new Tally();
  readonly #goals: Goals;
  readonly #output: OutputKind;
  readonly #report: ListenReport;
  readonly #childStop = new AbortController();
  readonly #over = new AbortController();
  #closing: Promise<void> | null = null;
  #childStatus: number | null = null;
  #childFailure: unknown = null;
  #isChildCutOff = false;
  #refusal: Delivery | null = null;
  #previousNoticed = '';

  constructor({ plan, secrets, listener, recorder, page, deps }: ListenParts) {
    this.#plan = plan;
    this.#secrets = secrets;
    this.#listener = listener;
    this.#page = page;
    this.#deps = deps;
    this.#goals = new Goals(plan.goals);
    this.#output = outputKind(deps);
    this.#report = new ListenReport({
      output: this.#output,
      isBodyPrinted: plan.isBodyPrinted,
      isRedacted: plan.isRedacted,
      hints: new ListenHints(secrets, deps),
      tally: this.#tally,
      recorder,
      deps,
    });
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
      for await (const events of this.#listener.events) yield* this.#pieces(events);
      await child;
      this.#report.noticeHeldBack(true);
      // The terminal has written ^C where the cursor was.
      const gap = signal.reason === 'SIGINT' && this.#deps.isStdoutTty ? '\n' : '';
      yield valueItem({ ...this.#tally.summary }, (style) => gap + summaryText(this.#tally, style));
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

  /** Writes a batch in pieces, because the lines of a long one do not fit into one string. */
  async *#pieces(events: readonly ListenEvent[]): AsyncGenerator<Item, void, void> {
    let values: ValueItem[] = [];
    let chars = 0;
    for (const event of events) {
      if (event.kind === 'answered') this.#judge(event);
      this.#page?.show(event);
      const item = this.#report.itemOf(event);
      const value = item instanceof Promise ? await item : item;
      if (value === null) continue;
      values.push(value);
      chars += event.kind === 'answered' ? 2_048 + 8 * event.delivery.body.length : 0;
      if (chars < pieceChars) continue;
      yield { kind: 'values', values };
      values = [];
      chars = 0;
    }
    if (values.length > 0) yield { kind: 'values', values };
  }

  #ready(): Item {
    const { url, addresses } = this.#listener;
    const { routes, isInvalidForwarded, host } = this.#plan.listen;
    const { terminal } = this.#deps;
    const { labels } = this.#secrets;
    if (this.#output !== 'text') terminal.notice(`verifying with ${labels}`);
    if (isInvalidForwarded) {
      terminal.notice('warning: deliveries that do not verify are forwarded too, marked X-Revento-Cli-Unverified: 1');
    }
    if (!addresses.every((address) => address === '::1' || address.startsWith('127.'))) {
      terminal.notice(`warning: ${host} is open to the network; anyone who can reach it can send requests`);
    }
    return valueItem({ type: 'ready', url, forward: routes.map((route) => maskedUrl(route.url)) }, (style) =>
      readyText({ url, addresses, labels, routes, program: program(this.#deps.profile), plan: this.#plan }, style),
    );
  }

  #judge(event: Answered): void {
    const { delivery } = event;
    if (delivery.isPreviousSecret) this.#noticePrevious();
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
    const stdout = this.#output === 'text' ? 'stdout' : 'stderr';
    const env = {
      ...this.#deps.childEnv,
      ...this.#secrets.variables,
      [profileVariable]: this.#deps.profile,
      [listenerVariable]: this.#listener.url,
    };
    try {
      this.#childStatus = await this.#deps.spawn(command, env, { stdout, signal: this.#childStop.signal });
      this.#onChildDone();
    } catch (error) {
      // Kept until the deliveries in flight are printed.
      this.#childFailure = error;
      this.#end();
    }
  }

  /** A run with a command lasts until the command has ended, even if the conditions are met earlier. */
  #onGoal(): void {
    const isChildDone = this.#plan.command.length === 0 || this.#childStatus !== null;
    if (isChildDone && this.#goals.isMet) this.#end();
  }

  /** Deliveries may still arrive after the command has ended: a time limit says how long to wait for them. */
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

  /** Shown once: it applies to every delivery until the sender switches. */
  #noticePrevious(): void {
    const label = this.#secrets.all[1]?.label;
    if (label === undefined || label === this.#previousNoticed) return;
    this.#previousNoticed = label;
    this.#deps.terminal.notice(
      `note: signed with the previous secret, ${label}: the sender hasn't switched to the new one yet`,
    );
  }

  /** The exit status to pass through, or a failure. */
  #outcome(): number | undefined {
    const isEndless = !this.#goals.isSet && this.#plan.timeoutMs === null && this.#plan.command.length === 0;
    // Ctrl-C is the normal end of such a run.
    if (this.#deps.signal.aborted && isEndless) return exitStatus.interrupted;
    if (this.#deps.signal.aborted) throw new ReventoError('interrupted', 'Interrupted.');
    if (this.#childFailure !== null) throw this.#childFailure;
    if (this.#refusal !== null) {
      throw new ReventoError('unmet', `A delivery failed verification: ${this.#refusal.reason}.`);
    }
    const limit = this.#plan.timeoutMs === null ? null : formatDuration(this.#plan.timeoutMs);
    if (this.#isChildCutOff) throw new ReventoError('unmet', `${this.#plan.command[0]} did not end within ${limit}.`);
    if (this.#childStatus) return this.#childStatus;
    if (this.#goals.isSet && !this.#goals.isMet) {
      const hint = this.#tally.summary.failed > 0 ? 'the handler failed on some; only 2xx counts' : undefined;
      const missing = `ever received: ${this.#goals.missing.join(', ')}.`;
      throw new ReventoError('unmet', limit === null ? `N${missing}` : `Timed out after ${limit}; n${missing}`, {
        hint,
      });
    }
    return this.#childStatus ?? undefined;
  }
}

function outputKind({ format, isFiltered }: Pick<Deps, 'format' | 'isFiltered'>): OutputKind {
  if (isFiltered) return 'filter';
  return format === 'table' ? 'text' : 'data';
}

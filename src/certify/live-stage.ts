import type { Clock } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import type { OperationName, ParamsOf, ResultOf } from '../sandbox/control/operations.ts';
import type { Sandbox } from '../sandbox/server/app.ts';
import type { Answer } from '../sandbox/visitor/visitor.ts';
import type { CaseResult, ConformanceCase } from '../webhook/conformance/case.ts';
import { conformanceCases, isAlwaysRun } from '../webhook/conformance/cases.ts';
import { runCases } from '../webhook/conformance/run.ts';
import { casesWith, effectCases } from '../webhook/effects/cases.ts';
import { crashCasesAt } from '../webhook/effects/crash.ts';
import { type Effects, Unjudged } from '../webhook/effects/effects.ts';
import { FirstSyncs } from './first-sync.ts';
import { filled, type Hooks } from './hooks.ts';
import type { Integration } from './integration.ts';
import { type Landing, Person } from './person.ts';
import type { HandlerVerdict, Kept, Stage, SyncEnd, Trace } from './stage.ts';
import { syncBy } from './sync.ts';
import { goesOn } from './traffic.ts';

interface LiveStageParts {
  readonly sandbox: Sandbox;
  readonly integration: Integration;
  readonly http: Exchange;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly hooks: Hooks;
  readonly redirectUri: string;
  /** The longest sync: backoff after three failures takes some seconds. */
  readonly syncMs: number;
  readonly webhookSecret: () => string;
  /** What shows the effects of deliveries; null without that hook. */
  readonly effects: Effects | null;
  /** How long a deletion may take, without the time that it waits in a queue. */
  readonly deletionMs: number;
  /** As in `Stage`. */
  readonly leftover: string;
  /** What is kept of people, tokens and secrets. */
  readonly kept: Stage['kept'];
  /** What was printed of them since the last call. */
  readonly printed: () => Promise<readonly Trace[]>;
  /** Reports every request before it is answered; the returned function stops that. */
  readonly onArrival: (heard: (path: string) => void) => () => void;
}

/** Each is a restart, which takes seconds in some languages. `webhook check` kills a handler more often. */
const killings = 3;

/** The longest time that a deletion may wait in the queue of an integration: behind seventy deliveries of four seconds. */
const mostQueuedMs = 300_000;

/** The stage of a run: a sandbox in this process and the integration in its own process. */
export class LiveStage implements Stage {
  readonly redirectUri: string;
  readonly eventId: string;
  readonly leftover: string;
  person: Person;
  isConnected = false;
  refreshesAhead = false;
  hasTimer = false;
  hasPaced = false;
  /** Why it could not be restarted; null while it runs. */
  downBecause: string | null = null;
  /** The results of `webhook check`, once it has run. */
  cases: readonly CaseResult[] = [];
  readonly #parts: LiveStageParts;
  readonly #firstSyncs: FirstSyncs;

  constructor(parts: LiveStageParts) {
    this.#parts = parts;
    this.redirectUri = parts.redirectUri;
    this.eventId = parts.sandbox.eventId;
    this.leftover = parts.leftover;
    this.#firstSyncs = new FirstSyncs(this.#traffic);
    this.person = this.stranger();
  }

  get deletionMs(): number {
    const { deletionMs, effects } = this.#parts;
    const { deliveries } = this.evidence();
    // Behind everything that it was sent, if it works one delivery after the other: earlier deletions take as long.
    const deletions = deliveries.filter(({ type }) => type === 'data.deletion_required').length;
    const waiting = deliveries.length + this.cases.length;
    return deletionMs + Math.min(deletions * deletionMs + waiting * (effects?.lagMs ?? 0), mostQueuedMs);
  }

  stranger(): Person {
    const { http, signal } = this.#parts;
    return new Person((request) => http({ ...request, signal }), this.redirectUri);
  }

  connectUrl(eventId = this.#parts.sandbox.eventId): URL {
    return new URL(filled(this.#parts.hooks.connect ?? '', eventId));
  }

  async connect(eventId?: string): Promise<number | null> {
    this.person = this.stranger();
    const { status } = await this.consent(this.person, {}, eventId);
    this.isConnected = true;
    return status;
  }

  async consent(browser: Person, answer?: Partial<Answer>, eventId?: string): Promise<Landing> {
    const landing = await this.#firstSyncs.after(() => browser.open(this.connectUrl(eventId), answer));
    this.hasPaced ||= this.#firstSyncs.areLate;
    return landing;
  }

  async signIn(): Promise<number | null> {
    const url = new URL(filled(this.#parts.hooks.login ?? '', this.#parts.sandbox.eventId));
    return (await this.#firstSyncs.after(() => this.stranger().open(url))).status;
  }

  forgetLogin(): void {
    this.isConnected = false;
  }

  async isSyncedLate(): Promise<boolean> {
    await this.faults();
    return this.#firstSyncs.becomeLate(() => this.stranger().open(this.connectUrl()));
  }

  startOver(): void {
    this.isConnected = false;
    this.refreshesAhead = false;
    this.hasTimer = false;
  }

  goesOn(hasBegun: boolean): Promise<boolean> {
    return goesOn(this.#traffic, hasBegun);
  }

  get #traffic() {
    const { clock, signal, onArrival } = this.#parts;
    return { clock, signal, onArrival, answered: () => this.evidence().apis.length };
  }

  async sync(eventId = this.#parts.sandbox.eventId): Promise<SyncEnd> {
    const onPaced = () => {
      this.hasPaced = true;
    };
    const parts = { ...this.#parts, evidence: () => this.evidence(), onPaced };
    const end = await syncBy(parts, eventId);
    // The login may be lost: the next act that needs one logs in again, so that it shows only its own mistake.
    if (end !== 'done' && eventId === this.#parts.sandbox.eventId) this.isConnected = false;
    return end;
  }

  async ask<Name extends OperationName>(name: Name, params: ParamsOf<Name>): Promise<ResultOf<Name>> {
    const { control } = this.#parts.sandbox;
    if (control === null) throw new Error('the sandbox of a run has no control');
    return control.do(name, params);
  }

  async faults(...faults: readonly string[]): Promise<void> {
    await this.ask('fault', { add: [...faults], clear: true });
  }

  async advance(ms: number): Promise<void> {
    await this.ask('advance', { ms });
  }

  async settled(): Promise<void> {
    await this.#parts.sandbox.deliveries?.settled();
    this.#parts.signal.throwIfAborted();
  }

  evidence() {
    return this.#parts.sandbox.evidence();
  }

  onArrival(heard: (path: string) => void): () => void {
    return this.#parts.onArrival(heard);
  }

  async kill(): Promise<void> {
    await this.#parts.integration.end(0);
  }

  async restart(): Promise<string | null> {
    this.downBecause = await this.#parts.integration.restart();
    return this.downBecause;
  }

  /** Restarts it if it ended by itself. Gives the exit status, or null. */
  async revive(isDoubtful: boolean): Promise<number | null> {
    const status = await this.#parts.integration.lost(isDoubtful);
    if (status === null) return null;
    this.isConnected = false;
    this.downBecause = await this.#parts.integration.restart(true);
    return status;
  }

  async checkHandler(): Promise<HandlerVerdict> {
    const results = await this.#run(conformanceCases.filter(isAlwaysRun));
    this.cases = [...this.cases, ...results];
    return verdictOf(results);
  }

  async checkEffects(): Promise<HandlerVerdict> {
    const { effects, hooks } = this.#parts;
    if (effects === null) throw new Error('the effects cannot be read');
    const restart = async () => {
      const problem = await this.restart();
      if (problem !== null) throw new Unjudged(`the integration did not come back: ${problem}`);
    };
    const cases =
      hooks.restart === null
        ? casesWith(effects, effectCases)
        : casesWith(effects, [...effectCases, ...crashCasesAt(killings)], restart);
    const results = await this.#run(cases);
    // What a handler gives no occasion to test, such as a failure that never happens, is not something to fix.
    this.cases = [...this.cases, ...results.filter(({ outcome }) => outcome !== 'warn')];
    return verdictOf(results);
  }

  async #run(cases: readonly ConformanceCase[]): Promise<readonly CaseResult[]> {
    const { hooks, http, clock, signal, webhookSecret, sandbox } = this.#parts;
    const results: CaseResult[] = [];
    const run = runCases(cases, {
      url: hooks.webhook ?? '',
      secret: webhookSecret(),
      previousSecret: null,
      exchange: http,
      clock,
      signal,
      eventId: sandbox.eventId,
    });
    for await (const result of run) results.push(result);
    return results;
  }

  kept(moment: 'in use' | 'deleted'): Promise<Kept> {
    return this.#parts.kept(moment);
  }

  printed(): Promise<readonly Trace[]> {
    return this.#parts.printed();
  }

  async pause(ms: number): Promise<void> {
    await this.#parts.clock.sleep(ms, this.#parts.signal);
  }

  now(): number {
    return this.#parts.clock.monotonic();
  }
}

function verdictOf(results: readonly CaseResult[]): HandlerVerdict {
  return {
    cases: results.length,
    failed: results.filter(({ outcome }) => outcome === 'fail').map(({ test }) => test.id),
    skipped: results.filter(({ outcome }) => outcome === 'skip').map(({ test, got }) => ({ id: test.id, why: got })),
    untested: results.filter(({ outcome }) => outcome === 'skip' || outcome === 'warn').map(({ test }) => test.id),
  };
}

import { ReventoError } from '../errors/revento-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { ActFacts } from '../sandbox/audit/evidence.ts';
import type { Sandbox } from '../sandbox/server/app.ts';
import type { Act, Hook } from './act.ts';
import { wentOn } from './acts/plain.ts';
import { traceText } from './acts/traces.ts';
import type { Stage, Trace } from './stage.ts';

/** The pause between two acts, so that neither the rate limit nor a retry of one affects the next. */
const leastBetweenMs = 61_000;
/** Added in turn: syncs at equal intervals would look like polling. */
const moreBetweenMs = [0, 13_000, 39_000, 26_000];

/** The outcome of an act. */
export interface PlayedAct {
  readonly act: Act;
  readonly durationMs: number;
  readonly outcome:
    | { readonly kind: 'played'; readonly facts: ActFacts }
    /** Hooks that were not given. */
    | { readonly kind: 'hooks missing'; readonly missing: readonly Hook[] }
    /** Why it cannot be judged. */
    | { readonly kind: 'not played'; readonly reason: string };
}

export interface RunParts {
  readonly stage: Stage & {
    readonly isConnected: boolean;
    readonly downBecause: string | null;
    /** Consents once more. Resolves with whether a sync followed so late that the acts so far may have met one. */
    isSyncedLate(): Promise<boolean>;
    /** Makes everything as it was before the first act. */
    startOver(): void;
    /**
     * Restarts the integration if it ended by itself. Gives the exit status, or null.
     *
     * @param isDoubtful  it did not answer, so it may be about to end
     */
    revive(isDoubtful: boolean): Promise<number | null>;
    /** What the integration printed of people, tokens and secrets since the last call. */
    printed(): Promise<readonly Trace[]>;
  };
  readonly sandbox: Pick<Sandbox, 'acting' | 'audit' | 'evidence' | 'forget'>;
  readonly hooks: ReadonlySet<Hook>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** No act begins after this much real time, without that of slow acts. */
  readonly budgetMs: number;
}

/** How far a run is. */
class Progress {
  readonly startedAt: number;
  /** The time of acts that the time limit leaves out. */
  slowMs = 0;
  /** Acts begun so far. */
  begun = 0;
  /** Why a hook does not work. */
  readonly broken = new Map<Hook, string>();
  /** What was printed in its acts. */
  readonly printed: Trace[] = [];
  /** What was printed before its first act, which that act shows as well. */
  readonly printedBefore: Trace[];

  constructor(clock: Clock, printedBefore: readonly Trace[] = []) {
    this.startedAt = clock.monotonic();
    this.printedBefore = [...printedBefore];
  }
}

/**
 * Plays the acts one after the other, and skips those whose needs are not met. Where a sync that follows a consent by
 * itself may have met acts, they are played again, and yielded again: its requests look like those of the act.
 */
export async function* playActs(acts: readonly Act[], parts: RunParts): AsyncGenerator<PlayedAct, void, void> {
  const { stage, sandbox, clock } = parts;
  const isOfWebhooks = ({ needs }: Act) => needs.includes('webhook');
  const reading = acts.filter((act) => !isOfWebhooks(act));
  let progress = new Progress(clock);
  yield* playInTurn(reading, parts, progress);
  // Only where something is amiss: whether such a sync begins late takes seconds to find out.
  const isAmiss = isAnyAmiss(reading, parts, progress);
  if (isAmiss && (await orElse(stage.isSyncedLate(), parts, () => false))) {
    progress = new Progress(clock, progress.printed);
    stage.startOver();
    sandbox.forget();
    yield* playInTurn(reading, parts, progress);
  }
  yield* playInTurn(acts.filter(isOfWebhooks), parts, progress);
}

/** Whether a rule that these acts test by a sync was broken or not seen. */
function isAnyAmiss(acts: readonly Act[], { sandbox, hooks }: RunParts, { broken }: Progress): boolean {
  const needs = ['connect', 'sync'] as const;
  if (needs.some((hook) => !hooks.has(hook) || broken.has(hook))) return false;
  const synced = acts.filter((act) => act.needs.includes('sync') && act.needs.every((hook) => hooks.has(hook)));
  const tested = new Set(synced.flatMap(({ brings }) => brings));
  return sandbox.audit().findings.some(({ rule, verdict }) => verdict !== 'held' && tested.has(rule));
}

async function* playInTurn(
  acts: readonly Act[],
  parts: RunParts,
  progress: Progress,
): AsyncGenerator<PlayedAct, void, void> {
  const { stage, sandbox, hooks, clock, signal, budgetMs } = parts;
  const { startedAt, broken, printed, printedBefore } = progress;
  for (const act of acts) {
    signal.throwIfAborted();
    const beganAt = clock.monotonic();
    const played = (outcome: PlayedAct['outcome']) => ({
      act,
      durationMs: Math.round(clock.monotonic() - beganAt),
      outcome,
    });
    const missing = act.needs.filter((hook) => !hooks.has(hook));
    if (missing.length > 0) {
      yield played({ kind: 'hooks missing', missing });
      continue;
    }
    const reason = act.needs.map((hook) => broken.get(hook)).find((why) => why !== undefined);
    if (reason !== undefined || beganAt - startedAt - progress.slowMs > budgetMs) {
      yield played({ kind: 'not played', reason: reason ?? 'more time: the run reached its time limit' });
      continue;
    }
    progress.begun++;
    await stage.faults();
    await stage.advance(leastBetweenMs + (moreBetweenMs[progress.begun % moreBetweenMs.length] ?? 0));
    if (act.hasLogin && hooks.has('connect') && !stage.isConnected) {
      const connecting = stage.connect().then((): string | null => null);
      const lost = await orElse(connecting, parts, (why) => why);
      if (lost !== null) {
        yield played({ kind: 'not played', reason: `a login: ${lost}` });
        continue;
      }
    }
    const end = sandbox.acting(act.id, act.title);
    const facts = await factsOf(act, parts);
    const isDoubtful = Object.values(facts).some((fact) => fact === null || fact === 'no answer');
    const status = await stage.revive(isDoubtful);
    await stage.faults();
    const traces = [...printedBefore.splice(0), ...(await stage.printed())];
    printed.push(...traces);
    const shown = { ...facts, ...(status === null ? {} : { ended: status }), ...printedFacts(traces) };
    end(shown);
    if (act.isSlow || stage.hasPaced) progress.slowMs += clock.monotonic() - beganAt;
    stage.hasPaced = false;
    if (act.id === 'consent' && !hasLoggedIn(sandbox))
      broken.set('connect', 'a login: the consent did not lead to one');
    if (act.id === 'sync' && facts['sync'] === 'no answer') broken.set('sync', 'a sync: the sync did not end');
    if (act.id === 'sync' && facts['sync'] === 'went on') broken.set('sync', wentOn);
    if (stage.downBecause !== null) for (const hook of hooks) broken.set(hook, stage.downBecause);
    yield played({ kind: 'played', facts: shown });
  }
}

/** What an integration printed, of people and of secrets apart; without what it did not print. */
export function printedFacts(traces: readonly Trace[]): ActFacts {
  const secrets = traces.filter(({ isSecret }) => isSecret);
  const people = traces.filter(({ isSecret }) => !isSecret);
  return {
    ...(people.length > 0 && { printed_people: traceText(people) }),
    ...(secrets.length > 0 && { printed_secrets: traceText(secrets) }),
  };
}

/** What an act showed. A redirect away from this machine counts as no answer. */
function factsOf(act: Act, parts: RunParts): Promise<ActFacts> {
  return orElse(act.play(parts.stage), parts, (problem) => ({ landed: null, problem }));
}

/** A result, or what stands for it where pages of the integration cannot be followed. */
async function orElse<Result>(
  work: Promise<Result>,
  { signal }: RunParts,
  instead: (reason: string) => Result,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ReventoError)) throw error;
    return instead(error.message);
  }
}

function hasLoggedIn({ evidence }: RunParts['sandbox']): boolean {
  return evidence().tokens.some(({ issued }) => issued !== null);
}

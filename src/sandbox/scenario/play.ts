import { testEventId } from '../world/world.ts';
import { isSuch, type Judgment, judgeDeliveries, judgeRequests, judgeRows } from './expectation.ts';
import { durationMs, type Scenario, type Step, type StepKind, stepKinds, titleOf } from './scenario.ts';
import type { StageHand } from './stage-hand.ts';

/** How one step went. */
export interface Played {
  /** Its place, counted from 1. */
  readonly number: number;
  readonly kind: StepKind;
  readonly title: string;
  readonly outcome: 'pass' | 'fail' | 'skip';
  readonly wanted: string;
  readonly got: string;
  readonly durationMs: number;
}

/** What a named step left behind for later ones. */
interface Mark {
  readonly ids: readonly string[];
  /** Requests of the integration before it. */
  readonly requests: number;
}

interface Run {
  readonly hand: StageHand;
  readonly marks: Map<string, Mark>;
  /** Delivery ids from before the run. */
  readonly earlier: ReadonlySet<string>;
}

const longestWaitMs = 30_000;

/**
 * Plays a scenario. Whatever is expected is judged to the end; once a step cannot be done, the others are skipped.
 *
 * @param isRefusal  whether an error says that the sandbox would not do a step; others are thrown
 */
export async function* play(
  { steps }: Scenario,
  hand: StageHand,
  isRefusal: (error: unknown) => error is Error,
): AsyncGenerator<Played, void, void> {
  const earlier = new Set((await hand.deliveries()).map(({ delivery_id: id }) => id));
  const run: Run = { hand, marks: new Map(), earlier };
  let isStopped = false;
  for (const [index, step] of steps.entries()) {
    const kind = stepKinds.find((one) => one in step) ?? 'do';
    const startedAt = hand.now();
    const before = step.as === undefined ? 0 : (await hand.requests()).length;
    const base = { number: index + 1, kind, title: step.title ?? titleOf(step, kind) };
    if (isStopped) {
      yield { ...base, outcome: 'skip', wanted: '', got: 'an earlier step could not be done', durationMs: 0 };
      continue;
    }
    const done = await attempt(() => take(step, run), isRefusal);
    const { isMet, wanted, got } = done.judgment;
    if (step.as !== undefined) run.marks.set(step.as, { ids: done.ids, requests: before });
    isStopped = !isMet && kind !== 'expect';
    yield { ...base, outcome: isMet ? 'pass' : 'fail', wanted, got, durationMs: Math.round(hand.now() - startedAt) };
  }
}

interface Taken {
  readonly judgment: Judgment;
  readonly ids: readonly string[];
}

async function attempt(work: () => Promise<Taken>, isRefusal: (error: unknown) => error is Error): Promise<Taken> {
  try {
    return await work();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { judgment: { isMet: false, wanted: 'it can be done', got: error.message }, ids: [] };
  }
}

async function take(step: Step, run: Run): Promise<Taken> {
  const { hand } = run;
  const done = (got: string, ids: readonly string[] = []): Taken => ({
    judgment: { isMet: true, wanted: '', got },
    ids,
  });
  if (step.do !== undefined) {
    const ids = await act(step, step.do, run);
    return done(ids.length > 3 ? `${ids.length} × ${step.do}` : ids.join(', '), ids);
  }
  if (step.clock !== undefined) {
    const ms = step.clock === 'resume' ? null : durationMs(step.clock.replace('advance ', ''));
    const { now } = ms === null ? await hand.ask('resume_clock', {}) : await hand.ask('advance', { ms });
    return done(`the clock of the sandbox shows ${now}`);
  }
  if (step.fault !== undefined) {
    await hand.ask('fault', step.fault === 'clear' ? { clear: true } : { add: [...step.fault] });
    return done(step.fault === 'clear' ? 'no fault is active' : step.fault.join(', '));
  }
  if (step.rotate !== undefined) {
    await hand.ask('rotate', { finish: step.rotate === 'finish' });
    return done(step.rotate === 'finish' ? 'only the new secret signs' : 'the new and the old secret sign alternately');
  }
  if (step.sync !== undefined) return { judgment: await sync(hand), ids: [] };
  if (step.wait !== undefined) return { judgment: await wait(step.wait, run), ids: [] };
  return { judgment: await judge(step.expect ?? {}, run), ids: [] };
}

async function act(step: Step, action: string, { hand, marks }: Run): Promise<readonly string[]> {
  const named = step.to === undefined ? undefined : marks.get(step.to)?.ids;
  const ids = step.id === undefined ? named : [step.id];
  const set = {
    ...(step.set !== undefined && { set: step.set }),
    ...(step.event !== undefined && { event_id: step.event }),
  };
  const done: string[] = [];
  for (let times = step.repeat ?? 1; times > 0; times--) {
    const { happened } = await hand.ask('do', { action, ...(ids !== undefined && { ids: [...ids] }), ...set });
    done.push(...happened.map(({ happening }) => happening.subject.id));
  }
  return [...new Set(done)];
}

async function sync(hand: StageHand): Promise<Judgment> {
  const wanted = 'the integration reads the API';
  if (hand.sync !== null) {
    await hand.sync();
    return { isMet: true, wanted, got: 'its sync has ended' };
  }
  hand.notice('have your integration read the API now (or give --sync-url)');
  const before = (await hand.requests()).length;
  const isMet = await until(hand, longestWaitMs, async () => (await hand.requests()).length > before);
  return { isMet, wanted, got: isMet ? 'it has begun' : `no request within ${longestWaitMs / 1000}s` };
}

async function wait({ deliveries, requests, quiet, within }: NonNullable<Step['wait']>, run: Run): Promise<Judgment> {
  const { hand } = run;
  const limitMs = within === undefined ? longestWaitMs : durationMs(within);
  const late = `not within ${Math.round(limitMs / 1000)}s`;
  if (requests !== undefined) {
    const { since, at_least: least = 1, ...such } = requests;
    const found = async () => (await requestsSince(since, run)).filter((one) => isSuch(one, such)).length;
    const isMet = await until(hand, limitMs, async () => (await found()) >= least);
    const { wanted, got } = judgeRequests(await requestsSince(since, run), { ...such, at_least: least });
    return { isMet, wanted, got: isMet ? got : `${got}, ${late}` };
  }
  if (quiet !== undefined) {
    let [seen, since] = [-1, hand.now()];
    const isMet = await until(hand, limitMs + durationMs(quiet), async () => {
      const { length } = await hand.requests();
      if (length !== seen) [seen, since] = [length, hand.now()];
      return hand.now() - since >= durationMs(quiet);
    });
    return { isMet, wanted: `no request for ${quiet}`, got: isMet ? 'quiet' : `still sending requests, ${late}` };
  }
  const open = async () =>
    deliveries === undefined
      ? []
      : (await sentBy(run)).filter(({ state, next_attempt_at: next }) => state === 'pending' && next === null);
  const isMet = await until(hand, limitMs, async () => (await open()).length === 0);
  return { isMet, wanted: 'every delivery was attempted', got: isMet ? 'yes' : `${(await open()).length} ${late}` };
}

async function until(hand: StageHand, limitMs: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const startedAt = hand.now();
  while (!(await isSo())) {
    if (hand.now() - startedAt >= limitMs) return false;
    await hand.pause();
  }
  return true;
}

async function judge({ deliveries, requests, api }: NonNullable<Step['expect']>, run: Run): Promise<Judgment> {
  const judged: Judgment[] = [];
  if (deliveries !== undefined) {
    const subjects = deliveries.to === undefined ? null : (run.marks.get(deliveries.to)?.ids ?? []);
    judged.push(judgeDeliveries(await sentBy(run), deliveries, subjects));
  }
  if (requests !== undefined) judged.push(judgeRequests(await requestsSince(requests.since, run), requests));
  if (api !== undefined) judged.push(judgeRows(await run.hand.rows(api.path, api.event ?? testEventId), api));
  const told = judged.filter(({ isMet }) => !isMet);
  const shown = told.length === 0 ? judged : told;
  return {
    isMet: told.length === 0,
    wanted: shown.map(({ wanted }) => wanted).join('; '),
    got: shown.map(({ got }) => got).join('; '),
  };
}

async function sentBy({ hand, earlier }: Run) {
  return (await hand.deliveries()).filter(({ delivery_id: id }) => !earlier.has(id));
}

async function requestsSince(since: string | undefined, { hand, marks }: Run) {
  const all = await hand.requests();
  return since === undefined ? all : all.slice(marks.get(since)?.requests ?? 0);
}

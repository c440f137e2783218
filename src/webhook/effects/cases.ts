import { randomBytes } from 'node:crypto';
import type { Json } from '../../json/value.ts';
import { describeAnswer, type Judgment } from '../conformance/answer.ts';
import type { Parts } from '../conformance/bench.ts';
import type { ConformanceCase } from '../conformance/case.ts';
import { describeChange, isSameChange } from './change.ts';
import { Drill, type Restart } from './drill.ts';
import { type Effects, Restless, Unjudged } from './effects.ts';

/** A case that is judged by what the handler did, not by what it answered. */
export interface EffectCase extends Omit<ConformanceCase, 'run'> {
  readonly run: (drill: Drill) => Promise<Judgment>;
  /** A handler that fails it need not fail it each time. */
  readonly isRace?: true;
  /** Makes the parts of a delivery that must leave no trace. Cases that have it are tried together first. */
  readonly forge?: (drill: Drill) => Parts;
}

const oneTransaction =
  'store the delivery id under a unique key in the same transaction as the work, and answer after the commit';
const verifyFirst = 'verify before anything else: do no work and store no id for a delivery that was not verified';

/** Pairs that are sent, because a handler does not lose every race. */
const pairs = 5;
/** How often a race that was lost is run again. */
const raceRepeats = 3;
/** Parts of the usual time of an answer after which the connection is closed. */
const abandoned = [0.2, 0.5, 0.8];
/** What makes a handler fail that reads the data. */
const unusable: readonly Json[] = [null, {}, 'unusable', []];

/** Every case that needs to see the effects, in the order they run. */
export const effectCases: readonly EffectCase[] = [
  {
    id: 'effect-plain',
    title: 'does its work for a new delivery, each time the same',
    sent: 'two valid deliveries about two applications, one after the other',
    wanted: 'the same effect both times',
    why: 'the other cases compare with this effect',
    fix: 'let the effects be something that every application.approved changes in the same way, such as a count',
    run: async (drill) => ({ outcome: 'pass', got: describeChange(await drill.one()) }),
  },
  {
    id: 'effect-twice',
    title: 'works once for a delivery that arrives twice',
    sent: 'the same delivery twice in a row, signed again the second time',
    wanted: 'the effect of one delivery',
    why: 'deliveries arrive at least once: without a memory each repeat is worked again',
    fix: oneTransaction,
    run: (drill) => {
      const parts = drill.fresh();
      return drill.expectOnce(async () => {
        await drill.deliver(parts);
        await drill.deliver(drill.again(parts));
      });
    },
  },
  {
    id: 'effect-at-once',
    isRace: true,
    title: 'works once for a delivery that arrives twice at the same moment',
    sent: `the same delivery twice at the same moment, ${pairs} times with another one`,
    wanted: 'the effect of one delivery each time',
    why: 'a handler that looks the id up, works, and stores it later lets both through',
    fix: oneTransaction,
    run: (drill) =>
      drill.expectEach(
        Array.from({ length: pairs }, () => () => {
          const parts = drill.fresh();
          // At most one of the two may be acknowledged; a repeat must not matter either way.
          const twice = () => Promise.all([drill.send(parts), drill.send(parts)]);
          return [async () => twice().then(() => drill.deliver(drill.again(parts)))];
        }),
      ),
  },
  {
    id: 'effect-after-500',
    title: 'works for a delivery that failed the first time',
    sent: 'a signed delivery with unusable data, which makes the handler answer 500, then usable data under its id',
    wanted: 'the effect of one delivery',
    why: 'a handler that stores the id before its work takes the retry for a repeat: the delivery is lost',
    fix: oneTransaction,
    run: afterFailure,
  },
  {
    id: 'effect-lost-answer',
    isRace: true,
    title: 'works once when its answer is lost',
    sent: 'a valid delivery whose connection closes before the answer, then the same again',
    wanted: 'the effect of one delivery',
    why: 'a handler may stop halfway when its client is gone, or work again although it was done',
    fix: `${oneTransaction}; do not cancel the work when the client disconnects`,
    run: async (drill) => {
      const usualMs = await drill.usualMs();
      return drill.expectEach(
        abandoned.map((part) => () => {
          const parts = drill.fresh();
          return [() => drill.abandon(parts, usualMs, part), () => drill.deliver(drill.again(parts))];
        }),
      );
    },
  },
  {
    id: 'effect-older-event',
    title: 'keeps the newer state when an older event arrives late',
    sent: 'an application rejected and a minute later approved: in this order, then another one in the reverse order',
    wanted: 'the same effect in both orders, or that of the approval alone in the reverse one',
    why: 'retries overtake each other: without a comparison the older event overwrites the newer one',
    fix: 'compare occurred_at with the stored one, and keep the newer',
    run: olderEvent,
  },
  forgedCase({
    id: 'effect-forged',
    what: 'a forged delivery',
    sent: 'a delivery with a false signature, then a genuine one under its id',
    make: () => ({ signature: `sha256=${'0'.repeat(64)}` }),
  }),
  forgedCase({
    id: 'effect-wrong-secret',
    what: 'a delivery signed with another secret',
    sent: 'a delivery signed with a random secret, then a genuine one under its id',
    make: () => ({ secret: randomBytes(32).toString('hex') }),
  }),
  forgedCase({
    id: 'effect-stale',
    what: 'a delivery that is too old',
    sent: 'a correctly signed delivery, 330 s in the past, then the same with a current timestamp',
    make: (drill) => ({ timestamp: drill.bench.secondsFromHandlersNow(-330) }),
  }),
];

/** The cases, able to run: those that cannot be judged are skipped, with the reason. */
export function casesWith(effects: Effects, cases: readonly EffectCase[], restart?: Restart): ConformanceCase[] {
  let drill: Drill | null = null;
  let untraced: Promise<Judgment | null> | null = null;
  const forgeries = cases.flatMap(({ forge }) => forge ?? []);
  return cases.map((test) => ({
    ...test,
    run: async (bench) => {
      drill ??= new Drill(bench, effects, restart);
      try {
        if (test.forge !== undefined && forgeries.length > 1) untraced ??= drill.leaveNoTrace(forgeries);
        const together = test.forge === undefined ? null : await untraced;
        const judgment = together ?? (await test.run(drill));
        if (judgment.outcome !== 'fail') return judgment;
        return test.isRace === true ? await lostRace(test, drill, judgment) : await repeated(test, drill, judgment);
      } catch (error) {
        if (!(error instanceof Unjudged)) throw error;
        return { outcome: 'skip', got: error.message, isExplained: true };
      }
    },
  }));
}

/** A failure, if it can be repeated: something else may have changed the effects at that moment, or stopped the handler. */
async function repeated(test: EffectCase, drill: Drill, judgment: Judgment): Promise<Judgment> {
  if ((await test.run(drill)).outcome === 'fail') return judgment;
  throw new Unjudged(`${judgment.got}; but not when it was repeated: did something else change the effects?`);
}

/**
 * A failure, however seldom: a handler need not lose a race again. The repeats say how often, and whether something else
 * changes the effects.
 *
 * @throws Restless when something else does
 */
async function lostRace(test: EffectCase, drill: Drill, judgment: Judgment): Promise<Judgment> {
  for (let again = 1; again <= raceRepeats; again++) {
    try {
      if ((await test.run(drill)).outcome === 'fail') return judgment;
    } catch (error) {
      if (!(error instanceof Unjudged) || error instanceof Restless) throw error;
      return judgment;
    }
  }
  return { ...judgment, got: `${judgment.got}; in 1 of ${raceRepeats + 1} runs` };
}

/** A delivery that is not to be believed: it must change nothing, and must not use up the id of a genuine one. */
function forgedCase({
  id,
  what,
  sent,
  make,
}: {
  readonly id: string;
  readonly what: string;
  readonly sent: string;
  readonly make: (drill: Drill) => Parts;
}): EffectCase {
  return {
    id,
    title: `leaves no trace of ${what}, and works for the genuine one under its id`,
    sent,
    wanted: 'no effect, then the effect of one delivery',
    why: 'otherwise anyone can make your handler work, or suppress genuine deliveries',
    fix: verifyFirst,
    forge: make,
    run: async (drill) => {
      const genuine = drill.fresh();
      const untraced = await drill.expectNone(() => drill.send({ ...genuine, ...make(drill) }));
      if (untraced.outcome !== 'pass') return untraced;
      const worked = await drill.expectOnce(() => drill.deliver(genuine));
      return { ...worked, got: `${untraced.got}; of the genuine one: ${worked.got}` };
    },
  };
}

async function afterFailure(drill: Drill): Promise<Judgment> {
  const one = await drill.one();
  const answers: string[] = [];
  let fails: Json | undefined;
  // First, which data makes it fail: whatever it does with the other data is waited for once.
  const change = await drill.change(
    async () => {
      for (const data of unusable) {
        const { parts, broken } = brokenBy(data, drill);
        const answer = await drill.send(broken);
        answers.push(describeAnswer(answer));
        if (answer.status === null || answer.status < 500) continue;
        fails = data;
        await drill.deliver(drill.again(parts));
        return;
      }
      await drill.deliver(drill.fresh());
    },
    (change) => change.length >= one.length,
    () => (fails === undefined ? answers.length + 1 : answers.length),
  );
  if (fails === undefined) {
    const said = [...new Set(answers)].join(', ');
    return {
      outcome: 'warn',
      got: `${said} to unusable data: it did not fail, so the retry after a failure was not tested`,
    };
  }
  // Data before it that did not make it fail may have had the effect that is missing.
  const isAlone = answers.length === 1;
  if (isAlone && isSameChange(change, one))
    return { outcome: 'pass', got: `after ${answers.at(-1)} ${describeChange(change)}` };
  const { parts, broken } = brokenBy(fails, drill);
  const judgment = await drill.expectOnce(async () => {
    const { status } = await drill.send(broken);
    if (status === null || status < 500) throw new Unjudged('it did not fail each time for the same unusable data');
    await drill.deliver(drill.again(parts));
  });
  return { ...judgment, got: `after ${answers.at(-1)} ${judgment.got}` };
}

/** A delivery, and the same with data that cannot be used. */
function brokenBy(data: Json, drill: Drill) {
  const parts = drill.fresh();
  return { parts, broken: { ...parts, text: JSON.stringify({ ...JSON.parse(parts.text), data }) } };
}

async function olderEvent(drill: Drill): Promise<Judgment> {
  const { nowSeconds } = drill.bench;
  const at = (secondsAgo: number) => new Date((nowSeconds - secondsAgo) * 1000).toISOString();
  /** Both events of one application: the rejection first, the approval later. */
  const pair = () => {
    const newer = drill.fresh('application.approved', { occurred_at: at(30) });
    const { data } = JSON.parse(newer.text) as { data: { id: string; participant_id: string; user_id: string } };
    const older = drill.fresh('application.rejected', { occurred_at: at(90) });
    const { data: rejected, ...envelope } = JSON.parse(older.text) as { data: object };
    const { id, participant_id, user_id } = data;
    const about = { ...rejected, id, participant_id, user_id };
    return { newer, older: { ...older, text: JSON.stringify({ ...envelope, data: about }) } };
  };
  // A handler that ignores the late one, as it should, may do less than for both in order, such as send one mail less.
  const alone = await drill.one();
  const ordered = pair();
  const inOrder = await drill.change(
    async () => {
      await drill.deliver(ordered.older);
      await drill.deliver(ordered.newer);
    },
    (change) => change.length > 0,
    () => 2,
  );
  if (inOrder.length === 0) throw new Unjudged('a rejection and an approval changed nothing');
  const reversed = pair();
  const outOfOrder = await drill.change(
    async () => {
      await drill.deliver(reversed.newer);
      await drill.deliver(reversed.older);
    },
    (change) => isSameChange(change, inOrder) || isSameChange(change, alone),
    () => 2,
  );
  const both = `in order ${describeChange(inOrder)}, in reverse ${describeChange(outOfOrder)}`;
  const isKept = isSameChange(outOfOrder, inOrder) || isSameChange(outOfOrder, alone);
  return isKept ? { outcome: 'pass', got: both } : drill.confirmed(both);
}

import { ReventoError } from '../../errors/revento-error.ts';
import type { ActFacts } from '../../sandbox/audit/evidence.ts';
import type { Act } from '../act.ts';
import type { HandlerVerdict, Stage, Trace } from '../stage.ts';

/** How long a deletion may take after the delivery that requires it was acknowledged. */
const deletionMs = 5_000;
const lookMs = 200;
const mostShown = 3;

/** Acts that are judged by what the integration did, where it shows that. */
export const effectActs: readonly Act[] = [
  {
    id: 'effects',
    title: 'every case of webhook check --effects',
    brings: ['effects-once'],
    needs: ['webhook', 'effects'],
    hasLogin: true,
    play: async (stage) => effectFacts(await stage.checkEffects()),
  },
];

/** Acts that are judged by what the integration keeps, where it shows that. The consent is lost in them. */
export const erasureActs: readonly Act[] = [
  {
    id: 'erasure',
    title: 'what is left after data.deletion_required',
    brings: ['data-erased', 'tokens-encrypted'],
    needs: ['data', 'webhook', 'connect', 'sync'],
    hasLogin: true,
    play: erase,
  },
];

/** Fills the integration with data of people, revokes the consent, and waits until what had to be deleted is gone. */
async function erase(stage: Stage): Promise<ActFacts> {
  await stage.sync();
  await stage.ask('do', { action: 'apply' });
  await stage.ask('do', { action: 'approve' });
  await stage.settled();
  try {
    const before = await stage.kept();
    await stage.ask('revoke', {});
    stage.forgetLogin();
    await stage.settled();
    let kept = await stage.kept();
    for (let ms = 0; ms < deletionMs && kept.some(isLeft); ms += lookMs) {
      await stage.pause(lookMs);
      kept = await stage.kept();
    }
    const people = before.filter(({ isSecret }) => !isSecret).length;
    return {
      before: people,
      left: traceText(kept.filter(isLeft)),
      tokens: traceText([...before, ...kept].filter(({ isSecret }) => isSecret)),
      ...(people === 0 && { unseen: 'data of people: before the deletion, --data showed none' }),
    };
  } catch (error) {
    if (!(error instanceof ReventoError) || error.code === 'interrupted') throw error;
    return { unseen: `data that can be read: ${error.message}` };
  }
}

/** The first traces, and how many more there are; empty without any. */
export function traceText(traces: readonly Trace[]): string {
  const first = traces.slice(0, mostShown).map(({ shown }) => shown);
  const rest = traces.length - first.length;
  return first.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function isLeft({ isSecret, isRevoked }: Trace): boolean {
  return !isSecret && isRevoked;
}

function effectFacts({ cases, failed, untested }: HandlerVerdict) {
  const [first] = untested;
  return {
    cases,
    failed: failed.join(', '),
    untested: untested.map(({ id }) => id).join(', '),
    ...(cases === untested.length && first !== undefined && { unseen: `effects that can be compared: ${first.why}` }),
  };
}

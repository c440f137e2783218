import type { ActFacts } from '../../sandbox/audit/evidence.ts';
import type { Act } from '../act.ts';
import type { HandlerVerdict, Stage, SyncEnd, Trace } from '../stage.ts';

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
    isSlow: true,
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
  const synced = await stage.sync();
  await stage.ask('do', { action: 'apply' });
  await stage.ask('do', { action: 'approve' });
  await stage.settled();
  const before = await stage.kept('in use');
  await stage.ask('revoke', {});
  stage.forgetLogin();
  await stage.settled();
  const allowedMs = stage.deletionMs;
  const limit = stage.now() + allowedMs;
  let after = await stage.kept('deleted');
  while ((after.problem !== null || after.traces.some(isLeft)) && stage.now() < limit) {
    await stage.pause(lookMs);
    after = await stage.kept('deleted');
  }
  if (stage.leftover !== '') return { unseen: `an empty store: before the start, --data showed ${stage.leftover}` };
  const people = before.traces.filter(({ eventId }) => eventId === stage.eventId).length;
  const problem = before.problem ?? after.problem;
  const secrets = [...before.traces, ...after.traces].filter(({ isSecret }) => isSecret);
  const tokens = [...new Map(secrets.map((trace) => [trace.shown, trace])).values()];
  const hasFiles = before.hasFiles || after.hasFiles;
  return {
    before: people,
    left: traceText(after.traces.filter(isLeft)),
    allowed_s: Math.round(allowedMs / 1000),
    ...(hasFiles
      ? { tokens: traceText(tokens) }
      : { unseen_tokens_encrypted: '--data with the files where tokens are stored' }),
    ...unseenBecause({ synced, people, problem }),
  };
}

interface Seen {
  readonly synced: SyncEnd;
  /** How many traces of people were there before the deletion. */
  readonly people: number;
  readonly problem: string | null;
}

/** Why nothing may be concluded from what was not found. */
function unseenBecause({ synced, people, problem }: Seen) {
  if (problem !== null) return { unseen: `data that can be read: ${problem}` };
  const failure = { done: null, failed: 'failed', 'no answer': 'did not end' }[synced];
  if (failure !== null) return { unseen: `data of people: the sync before the deletion ${failure}` };
  return people === 0 ? { unseen: 'data of people: before the deletion, --data showed none' } : {};
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

function effectFacts({ cases, failed, skipped, untested }: HandlerVerdict) {
  const [first] = skipped;
  return {
    cases,
    failed: failed.join(', '),
    untested: untested.join(', '),
    ...(failed.length === 0 && first !== undefined && { unseen: `effects that can be compared: ${first.why}` }),
  };
}

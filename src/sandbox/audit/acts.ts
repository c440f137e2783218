import type { ActSeen, Evidence } from './evidence.ts';
import type { Breach, Ruling } from './rule.ts';

/** What a rule needs that is seen only where `revento certify` plays this act; without words, any act. */
export function act(what?: string): string {
  const needed = 'an act of revento certify';
  return what === undefined ? needed : `${needed}: ${what}`;
}

/** What an act says of a rule that it had no occasion to test, such as one about pages where no page was read. */
export const untested = Symbol('untested');
/** How an act breaks a rule; null when it keeps the rule. */
type Judged = Breach | string | null | typeof untested;

/** Makes a rule that judges acts of `revento certify`: each act breaks the rule in some way, keeps it, or tells nothing. */
export function onActs({ acts }: Evidence, ids: readonly string[], judge: (act: ActSeen) => Judged): Ruling {
  const judged = acts
    .filter(({ act }) => ids.includes(act))
    .map((act) => [act, judge(act)] as const)
    .filter((one): one is readonly [ActSeen, Exclude<Judged, typeof untested>] => one[1] !== untested);
  const breaches = judged.flatMap(([act, found]) => {
    return found === null ? [] : [typeof found === 'string' ? { what: found, shown: [act] } : found];
  });
  return { breaches, isSeen: judged.length > 0 };
}

/** Whether a fault was injected into any of these requests: one that was not reached shows nothing. */
export function isStruck(calls: readonly { readonly fault: string | null }[], effect?: string): boolean {
  return calls.some(({ fault }) => fault !== null && (effect === undefined || fault.split('+').includes(effect)));
}

/** What is wrong with the page that a browser ended on: it did not load, or the integration failed; or else null. */
export function crashOf({ facts }: ActSeen, page = 'the page'): string | null {
  const { landed } = facts;
  if (landed === undefined) return null;
  if (landed === null) return `${page} did not load`;
  return Number(landed) >= 500 ? `${page} was answered ${landed}` : null;
}

/** Whether a sync works without faults: only then does a failing sync prove anything. */
export function canSync({ acts }: Evidence): boolean {
  return acts.some(({ act, facts }) => act === 'sync' && facts['sync'] === 'done');
}

/** How a sync failed that should work; null when it worked. Where syncs never work, none shows anything. */
export function failureOf({ facts }: ActSeen, evidence: Evidence): string | null | typeof untested {
  const { sync } = facts;
  if (sync === 'done') return null;
  if (sync === undefined || !canSync(evidence)) return untested;
  return sync === 'failed' ? 'the sync failed' : 'the sync did not end';
}

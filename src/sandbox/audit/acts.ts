import type { ActSeen, Evidence } from './evidence.ts';
import type { Breach, Ruling } from './rule.ts';

/** What a rule needs that is seen only where `revento certify` plays this act; without words, any act. */
export function act(what?: string): string {
  const needed = 'an act of revento certify';
  return what === undefined ? needed : `${needed}: ${what}`;
}

/** Makes a rule that judges acts of `revento certify`: each act breaks the rule in some way or keeps it. */
export function onActs(
  { acts }: Evidence,
  ids: readonly string[],
  breachOf: (act: ActSeen) => Breach | string | null,
): Ruling {
  const played = acts.filter(({ act }) => ids.includes(act));
  const breaches = played.flatMap((act) => {
    const found = breachOf(act);
    return found === null ? [] : [typeof found === 'string' ? { what: found, shown: [act] } : found];
  });
  return { breaches, isSeen: played.length > 0 };
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

/** How a sync failed that should work; null when it worked, or when syncs never work. */
export function failureOf({ facts }: ActSeen, evidence: Evidence): string | null {
  const { sync } = facts;
  if (sync === 'done' || sync === undefined || !canSync(evidence)) return null;
  return sync === 'failed' ? 'the sync failed' : 'the sync did not end';
}

import type { ActSeen, Evidence } from './evidence.ts';
import type { Breach, Ruling } from './rule.ts';

/** A ruling on acts of `revento certify`, each of which breaks the rule in some way or keeps it. */
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

/** How a page that somebody landed on is wrong: it did not come, or the integration failed; null for any other. */
export function crashOf({ facts }: ActSeen, page = 'the page'): string | null {
  const { landed } = facts;
  if (landed === undefined) return null;
  if (landed === null) return `${page} did not come`;
  return Number(landed) >= 500 ? `${page} was answered ${landed}` : null;
}

/** Whether a sync works when nothing is wrong: only then does one that fails show anything. */
export function canSync({ acts }: Evidence): boolean {
  return acts.some(({ act, facts }) => act === 'sync' && facts['sync'] === 'done');
}

/** How a sync that has to work did not; null when it did, or when it never works. */
export function failureOf({ facts }: ActSeen, evidence: Evidence): string | null {
  const { sync } = facts;
  if (sync === 'done' || sync === undefined || !canSync(evidence)) return null;
  return sync === 'failed' ? 'the sync failed' : 'the sync did not end';
}

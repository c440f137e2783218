import { type ActSeen, type ApiSeen, between, type Evidence, type TokenSeen, waitBetween } from './evidence.ts';
import { groups } from './groups.ts';

/** Two refreshes with one token that begin within this time did not react to each other's answer. */
const sameMomentMs = 1_500;

/** The refreshes among the token requests. */
export function refreshes({ tokens }: Evidence): readonly TokenSeen[] {
  return tokens.filter(({ grant, refresh }) => grant === 'refresh' && refresh !== null);
}

/** Refresh tokens that were sent again after a refresh that certainly succeeded and whose answer was not lost. */
export function reuses(evidence: Evidence) {
  return [...groups(refreshes(evidence), ({ refresh }) => refresh).values()].flatMap((same) => {
    // A client that cannot parse an answer altered by a fault does not know the result either.
    const isPlain = ({ fault }: TokenSeen) => fault === null || fault === 'slow' || fault === 'short';
    const first = same.find((one) => one.issued !== null && !one.isLost && isPlain(one));
    const again = first && same.find((one) => one.number > first.number);
    // An earlier request may have spent the token, and then the client did not know.
    if (!first || !again || same[0] !== first) return [];
    // Killed on purpose in between: another rule checks whether it had stored the new token.
    const isKilled = ({ act, number }: ActSeen) => act === 'killed-after-refresh' && number < again.number;
    if (evidence.acts.some((act) => isKilled(act) && act.lastNumber >= again.number)) return [];
    const isNewInUse = evidence.apisWith(first.issued?.access ?? null).some(({ number }) => number < again.number);
    const apartMs = Math.max(again.startMs - first.startMs, again.at - first.at);
    // Both may have been in flight when the first was answered, however slow the second is.
    const needing = evidence.apisOf(first.login).filter(({ error, startMs }) => {
      return error === 'token_expired' && startMs < first.endMs && first.startMs - startMs < sameMomentMs;
    });
    const isHerd = needing.length > 1;
    const isParallel = apartMs < sameMomentMs && (isHerd || !isNewInUse);
    // Killed before it could read or store the answer: only use of the new token proves that it had it.
    return isParallel || isUsedLater(first, evidence) ? [{ first, again, isParallel }] : [];
  });
}

/** Whether the tokens of a refresh were ever used. */
function isUsedLater({ issued }: TokenSeen, { apisWith, refreshesWith }: Evidence): boolean {
  return apisWith(issued?.access ?? null).length > 0 || refreshesWith(issued?.refresh ?? null).length > 0;
}

/** Calls that got token_expired, by their token. */
export function expiredByToken({ apis }: Evidence): ReadonlyMap<string | number, readonly ApiSeen[]> {
  return groups(apis, ({ error, isLost, token }) => (error === 'token_expired' && !isLost ? token : null));
}

/** A predicate on calls: whether one of these refreshes may be the reaction to a call, even if its login is unknown. */
export function triesAmong(tried: readonly TokenSeen[]): (call: ApiSeen) => boolean {
  const latest = new Map<number | null, number>();
  let latestOfAll = Number.NEGATIVE_INFINITY;
  for (const { login, startMs } of tried) {
    latest.set(login, Math.max(latest.get(login) ?? startMs, startMs));
    latestOfAll = Math.max(latestOfAll, startMs);
  }
  const latestOf = (login: number | null) => (login === null ? latestOfAll : (latest.get(login) ?? -Infinity));
  return ({ login, startMs }) => Math.max(latestOf(login), latest.get(null) ?? -Infinity) > startMs - sameMomentMs;
}

/** Whether a refresh succeeded that may be the reaction to the first call of a token that got token_expired. */
export function hasRefreshed(evidence: Evidence): boolean {
  const isTried = triesAmong(refreshes(evidence).filter(({ issued }) => issued !== null));
  return [...expiredByToken(evidence).values()].some(([first]) => first !== undefined && isTried(first));
}

/** Whether the integration refreshes by its own clock, which no act can move, and not when the API rejects a token. */
export function refreshesAhead({ acts }: Evidence): boolean {
  return acts.some(({ act, facts }) => act === 'expired' && facts['ahead'] === true);
}

/** A predicate on refreshes of one login, in order: whether one of its calls had just got this error. */
export function causedBy(wanted: string, calls: readonly ApiSeen[], withinMs: number): (refresh: TokenSeen) => boolean {
  const ends = calls.flatMap(({ error, endMs }) => (error === wanted ? [endMs] : [])).sort((a, b) => a - b);
  let passed = 0;
  let last = Number.NEGATIVE_INFINITY;
  // Refreshes are in order, so each end is passed once.
  return ({ startMs }) => {
    for (let end = ends[passed]; end !== undefined && end < startMs; end = ends[++passed]) last = end;
    return startMs - last < withinMs;
  };
}

/** Refreshes within seconds of each other, with only token_expired between them. */
export function longestLoop(list: readonly TokenSeen[], calls: readonly ApiSeen[]): readonly TokenSeen[] {
  let longest: TokenSeen[] = [];
  let run: TokenSeen[] = [];
  for (const one of list) {
    const before = run.at(-1);
    const meanwhile = before ? between(calls, before, one) : [];
    const isLoop =
      before !== undefined &&
      waitBetween(before, one) < 10_000 &&
      // A token that lives for seconds may have expired again.
      (before.issued?.lifetimeMs ?? 0) > 10_000 &&
      meanwhile.some(({ token }) => token === before.issued?.access) &&
      meanwhile.every(({ error }) => error === 'token_expired');
    run = isLoop ? [...run, one] : [one];
    if (run.length > longest.length) longest = run;
  }
  return longest;
}

import { type ActSeen, type ApiSeen, between, type Evidence, type TokenSeen, waitBetween } from './evidence.ts';
import { groups } from './groups.ts';

/** Two refreshes with one token that begin within this time had nothing to do with each other's answer. */
const sameMomentMs = 1_500;

/** The refreshes among the token requests. */
export function refreshes({ tokens }: Evidence): readonly TokenSeen[] {
  return tokens.filter(({ grant, refresh }) => grant === 'refresh' && refresh !== null);
}

/** Refresh tokens that were sent again after a refresh that certainly worked, whose answer was not lost. */
export function reuses(evidence: Evidence) {
  return [...groups(refreshes(evidence), ({ refresh }) => refresh).values()].flatMap((same) => {
    // Whoever cannot read an answer that a fault altered is in doubt as well.
    const isPlain = ({ fault }: TokenSeen) => fault === null || fault === 'slow';
    const first = same.find((one) => one.issued !== null && !one.isLost && isPlain(one));
    const again = first && same.find((one) => one.number > first.number);
    // Something before it may have spent the token, and then the client was in doubt.
    if (!first || !again || same[0] !== first) return [];
    // Killed on purpose in between: whether it had stored the new token is a rule of its own.
    const isKilled = ({ act, number }: ActSeen) => act === 'killed-after-refresh' && number < again.number;
    if (evidence.acts.some((act) => isKilled(act) && act.lastNumber >= again.number)) return [];
    const isNewInUse = evidence.apisWith(first.issued?.access ?? null).some(({ number }) => number < again.number);
    const apartMs = Math.max(again.startMs - first.startMs, again.at - first.at);
    // Both may have been on their way when the first was answered, however slow the second is.
    const needing = evidence.apisOf(first.login).filter(({ error, startMs }) => {
      return error === 'token_expired' && startMs < first.endMs && first.startMs - startMs < sameMomentMs;
    });
    const isHerd = needing.length > 1;
    const isParallel = apartMs < sameMomentMs && (isHerd || !isNewInUse);
    // Killed before it could read or store the answer: only the new token shows that it had it.
    return isParallel || isUsedLater(first, evidence) ? [{ first, again, isParallel }] : [];
  });
}

/** Whether anybody used what a refresh gave, however late. */
function isUsedLater({ issued }: TokenSeen, { apisWith, refreshesWith }: Evidence): boolean {
  return apisWith(issued?.access ?? null).length > 0 || refreshesWith(issued?.refresh ?? null).length > 0;
}

/** Calls that got token_expired, by their token. */
export function expiredByToken({ apis }: Evidence): ReadonlyMap<string | number, readonly ApiSeen[]> {
  return groups(apis, ({ error, isLost, token }) => (error === 'token_expired' && !isLost ? token : null));
}

/** A test of calls: whether one of these refreshes may be the reaction to a call, of a login that is known or not. */
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

/** Whether a refresh worked that may be the reaction to the first call of a token that got token_expired. */
export function hasRefreshed(evidence: Evidence): boolean {
  const isTried = triesAmong(refreshes(evidence).filter(({ issued }) => issued !== null));
  return [...expiredByToken(evidence).values()].some(([first]) => first !== undefined && isTried(first));
}

/** A test of refreshes of one login: whether one of its calls had just got token_expired. */
export function causedByExpiry(calls: readonly ApiSeen[]): (refresh: TokenSeen) => boolean {
  const ends = calls.flatMap(({ error, endMs }) => (error === 'token_expired' ? [endMs] : [])).sort((a, b) => a - b);
  let passed = 0;
  let last = Number.NEGATIVE_INFINITY;
  // Refreshes come in order, so that each end is passed once.
  return ({ startMs }) => {
    for (let end = ends[passed]; end !== undefined && end < startMs; end = ends[++passed]) last = end;
    return startMs - last < 2_000;
  };
}

/** Refreshes that follow each other within seconds, with nothing but token_expired between them. */
export function longestLoop(list: readonly TokenSeen[], calls: readonly ApiSeen[]): readonly TokenSeen[] {
  let longest: TokenSeen[] = [];
  let run: TokenSeen[] = [];
  for (const one of list) {
    const before = run.at(-1);
    const meanwhile = before ? between(calls, before, one) : [];
    const isLoop =
      before !== undefined &&
      waitBetween(before, one) < 10_000 &&
      // One that lives for seconds may well have expired again.
      (before.issued?.lifetimeMs ?? 0) > 10_000 &&
      meanwhile.some(({ token }) => token === before.issued?.access) &&
      meanwhile.every(({ error }) => error === 'token_expired');
    run = isLoop ? [...run, one] : [one];
    if (run.length > longest.length) longest = run;
  }
  return longest;
}

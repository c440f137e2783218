import { type ActSeen, type ApiSeen, type Evidence, isAfter, type TokenSeen, waitBetween } from './evidence.ts';
import { groups } from './rule.ts';

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
    const isNewInUse = evidence.apis.some((call) => call.token === first.issued?.access && call.number < again.number);
    const apartMs = Math.max(again.startMs - first.startMs, again.at - first.at);
    // Both may have been on their way when the first was answered, however slow the second is.
    const needing = evidence.apis.filter(
      (call) => call.login === first.login && call.error === 'token_expired' && call.startMs < first.endMs,
    );
    const isHerd = needing.filter((call) => first.startMs - call.startMs < sameMomentMs).length > 1;
    const isParallel = apartMs < sameMomentMs && (isHerd || !isNewInUse);
    // Killed before it could read or store the answer: only the new token shows that it had it.
    return isParallel || isUsedLater(first, evidence) ? [{ first, again, isParallel }] : [];
  });
}

/** Whether anybody used what a refresh gave, however late. */
function isUsedLater({ issued }: TokenSeen, { apis, tokens }: Evidence): boolean {
  return (
    apis.some(({ token }) => token === issued?.access) || tokens.some(({ refresh }) => refresh === issued?.refresh)
  );
}

/** Calls that got token_expired, by their token. */
export function expiredByToken({ apis }: Evidence): ReadonlyMap<string | number, readonly ApiSeen[]> {
  return groups(apis, ({ error, isLost, token }) => (error === 'token_expired' && !isLost ? token : null));
}

/** Whether a refresh may be the reaction to a call, of a login that is known or not. */
export function isTry(refresh: TokenSeen, call: ApiSeen): boolean {
  const isSame = call.login === null || refresh.login === null || refresh.login === call.login;
  return isSame && refresh.startMs > call.startMs - sameMomentMs;
}

/** Whether a refresh worked that may be the reaction to a call. */
export function hasRefreshed(call: ApiSeen | undefined, evidence: Evidence): boolean {
  return call !== undefined && refreshes(evidence).some((one) => one.issued !== null && isTry(one, call));
}

/** Whether a call of the same login had just learned that the token has expired. */
export function isCausedByExpiry(refresh: TokenSeen, { apis }: Evidence): boolean {
  return apis.some(
    (call) =>
      call.login === refresh.login &&
      call.error === 'token_expired' &&
      isAfter(call, refresh) &&
      refresh.startMs - call.endMs < 2_000,
  );
}

/** Refreshes that follow each other within seconds, with nothing but token_expired between them. */
export function longestLoop(list: readonly TokenSeen[], calls: readonly ApiSeen[]): readonly TokenSeen[] {
  let longest: TokenSeen[] = [];
  let run: TokenSeen[] = [];
  for (const one of list) {
    const before = run.at(-1);
    const between = before ? calls.filter((call) => call.number > before.number && call.number < one.number) : [];
    const isLoop =
      before !== undefined &&
      waitBetween(before, one) < 10_000 &&
      // One that lives for seconds may well have expired again.
      (before.issued?.lifetimeMs ?? 0) > 10_000 &&
      between.some(({ token }) => token === before.issued?.access) &&
      between.every(({ error }) => error === 'token_expired');
    run = isLoop ? [...run, one] : [one];
    if (run.length > longest.length) longest = run;
  }
  return longest;
}

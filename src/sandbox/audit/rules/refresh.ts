import { onActs } from '../acts.ts';
import { between, during, type Evidence, isActed, isAfter, type TokenSeen, waitBetween } from '../evidence.ts';
import { groups } from '../groups.ts';
import {
  causedBy,
  expiredByToken,
  hasRefreshed,
  longestLoop,
  refreshes,
  refreshesAhead,
  reuses,
  triesAmong,
} from '../refreshing.ts';
import { type Breach, each, type Rule } from '../rule.ts';

/** Whatever comes sooner than this after an answer was on its way already. */
const reactionMs = 1_000;

/** So long before the end of a token its refresh is due; generous, the guide says five minutes. */
const dueMs = 600_000;
/** Early refreshes in a row, each so soon after the one before. */
const mostEarly = 5;
const hurriedMs = 5_000;

/** How an integration keeps its login alive. */
export const refreshRules: readonly Rule[] = [
  {
    id: 'refresh-single-flight',
    title: 'refreshes once for all concurrent calls',
    level: 'must',
    why: 'the second of two parallel refreshes sends a used token, and the login is revoked',
    source: 'guide, refreshing',
    fix: 'refresh under a lock shared by all processes, and read the stored tokens again after acquiring it',
    needs: 'two calls at once that need the same refresh',
    judge: (evidence) => {
      const isTried = triesAmong(refreshes(evidence));
      const herds = [...expiredByToken(evidence).values()].filter((calls) => calls.length > 1);
      return {
        breaches: reuses(evidence)
          .filter(({ isParallel }) => isParallel)
          .map(({ first, again }) => ({
            what: 'two concurrent refreshes sent the same refresh token',
            shown: [first, again],
          })),
        isSeen: herds.some(([first]) => first !== undefined && isTried(first)) || hasShared(evidence),
      };
    },
  },
  {
    id: 'refresh-token-spent',
    title: 'never sends a used refresh token again',
    level: 'must',
    why: 'reuse of a refresh token revokes the login permanently',
    source: 'guide, refreshing',
    fix: 'store the new refresh token before using the new access token, and delete the old one',
    needs: 'two refreshes of one login, one after the other',
    judge: (evidence) => {
      const successes = groups(evidence.tokens, ({ grant, issued, login }) =>
        grant === 'refresh' && issued !== null ? login : null,
      );
      return {
        breaches: reuses(evidence)
          .filter(({ isParallel }) => !isParallel)
          .map(({ first, again }) => ({
            what: 'a used refresh token was sent again',
            shown: [first, again],
          })),
        isSeen: [...successes.values()].some((all) => all.length > 1),
      };
    },
  },
  {
    id: 'refresh-lost',
    title: 'does not repeat a refresh whose response was lost',
    level: 'note',
    why: 'the server may have processed it; then sending the token again revokes the login',
    source: 'our reading of the guide, refreshing',
    fix: 'check whether another process stored new tokens; otherwise treat the login as lost and ask for consent',
    needs: 'a refresh whose answer is lost (revento sandbox fault refresh:drop)',
    judge: (evidence) => {
      const lost = refreshes(evidence).filter(({ isLost }) => isLost);
      const breaches = lost.flatMap((one) => {
        const again = evidence.refreshesWith(one.refresh).find((later) => isAfter(one, later));
        return again ? [{ what: 'the refresh was sent again with the same token', shown: [one, again] }] : [];
      });
      return { breaches, isSeen: lost.length > 0 };
    },
  },
  {
    id: 'refresh-after-invalid-grant',
    title: 'stops refreshing after invalid_grant',
    level: 'must',
    why: 'invalid_grant is permanent; repeating it may get the integration suspended',
    source: 'guide, errors',
    fix: 'mark the login as ended and ask for consent again',
    needs: 'a refresh that gets invalid_grant',
    judge: (evidence) => {
      const refused = refreshes(evidence).filter(({ error, isLost }) => error === 'invalid_grant' && !isLost);
      const breaches = [...groups(refused, ({ refresh }) => refresh).values()].flatMap(([first]) => {
        if (first === undefined) return [];
        const again = evidence.refreshesWith(first.refresh).filter((later) => waitBetween(first, later) >= reactionMs);
        // Once more may be a restart, or somebody who tries it.
        const most = isActed(evidence, ['refresh-token-stolen', 'invalid-grant'], first) ? 0 : 1;
        return again.length > most ? [{ what: 'the same refresh was repeated', shown: [first, ...again] }] : [];
      });
      return { breaches, isSeen: refused.length > 0 };
    },
  },
  {
    id: 'refresh-after-revoked',
    title: 'does not refresh after token_revoked',
    level: 'must',
    why: 'the login has ended; a refresh cannot restore it',
    source: 'guide, errors',
    fix: 'on token_revoked, mark the login as revoked and stop its background work; refresh only on token_expired',
    needs: 'an API request that gets token_revoked',
    judge: (evidence) => {
      const revoked = evidence.apis.filter(({ error, isLost }) => error === 'token_revoked' && !isLost);
      const breaches = [...groups(revoked, ({ login }) => login).values()].flatMap(([first]) => {
        if (first === undefined) return [];
        const calls = evidence.apisOf(first.login);
        const isDue = causedBy('token_expired', calls, 2_000);
        const isReaction = causedBy('token_revoked', calls, 5_000);
        const again = evidence.tokensOf(first.login).filter(
          (later) =>
            later.grant === 'refresh' &&
            // One that works shows that the login works again, as after a suspension.
            later.issued === null &&
            isAfter(first, later) &&
            !isDue(later),
        );
        // Once may be the timer of another process, which has not heard of it yet.
        const isSure = again.filter(isReaction).length > 0 || again.length > 1;
        return isSure ? [{ what: 'a refresh followed token_revoked', shown: [first, ...again] }] : [];
      });
      return { breaches, isSeen: revoked.some(({ login }) => login !== null) };
    },
  },
  {
    id: 'refresh-clean',
    title: 'sends a refresh without PKCE and redirect URI fields',
    level: 'must',
    why: 'these fields belong to the code exchange and may be rejected',
    source: 'guide, refreshing',
    fix: 'send grant_type, refresh_token, client_id and client_secret only',
    needs: 'a refresh',
    judge: (evidence) =>
      each(refreshes(evidence), ({ strays }) => (strays.length > 0 ? `the refresh has ${strays.join(', ')}` : null)),
  },
  {
    id: 'refresh-needless',
    title: 'refreshes only when the access token has expired or is about to',
    level: 'should',
    why: 'each refresh risks losing the login',
    source: 'guide, refreshing',
    fix: 'refresh on token_expired, or when less than five minutes are left',
    needs: 'a refresh that is due',
    judge: (evidence) => {
      const { breaches, isSeen } = needless(evidence);
      return { breaches: [...breaches, ...afterInvalidToken(evidence)], isSeen };
    },
  },
  {
    id: 'expired-refreshed',
    title: 'refreshes when the access token has expired',
    level: 'must',
    why: 'the login is valid for months, the access token for an hour',
    source: 'guide, errors',
    fix: 'on 401 token_expired, refresh once, then send the request once more',
    needs: 'an API request that gets token_expired',
    judge: (evidence) => {
      const isTried = triesAmong(refreshes(evidence));
      const breaches = [...expiredByToken(evidence).values()].flatMap((calls) => {
        const [first] = calls;
        if (first === undefined || isTried(first)) return [];
        // Calls of the same moment could not know of each other.
        const later = calls.filter((call) => waitBetween(first, call) >= reactionMs);
        return later.length < 2
          ? []
          : [{ what: 'the expired token was sent again and again', shown: [first, ...later] }];
      });
      // While a sync on an expired token is played, no other caller can refresh.
      const acted = onActs(evidence, ['expired'], (one) => {
        const [refused] = during(one, evidence.apis).filter(({ error }) => error === 'token_expired');
        const hasTried = during(one, evidence.tokens).some(({ grant }) => grant === 'refresh');
        return refused && !hasTried ? { what: 'no refresh followed token_expired', shown: [one, refused] } : null;
      });
      if (refreshesAhead(evidence)) return { breaches: [], isSeen: true };
      return { breaches: breaches.length > 0 ? breaches : acted.breaches, isSeen: hasRefreshed(evidence) };
    },
  },
  {
    id: 'expired-once',
    title: 'retries only once after a refresh',
    level: 'must',
    why: 'when the new token is rejected too, more refreshes cannot help',
    source: 'guide, errors',
    fix: 'refresh and retry once per request; report the second token_expired as a failure',
    needs: 'an API request that gets token_expired',
    judge: (evidence) => {
      const all = groups(evidence.tokens, ({ grant, issued, login }) =>
        grant === 'refresh' && issued !== null ? login : null,
      );
      const breaches = [...all].flatMap(([login, list]) => {
        const loop = longestLoop(list, evidence.apisOf(Number(login)));
        return loop.length < 3
          ? []
          : [{ what: `${loop.length} refreshes in a row, each followed by token_expired`, shown: loop }];
      });
      // Where the clock alone decides, a refresh after token_expired does not react to it.
      return { breaches, isSeen: hasRefreshed(evidence) && !refreshesAhead(evidence) };
    },
  },
];

/** Whether calls that were made at once in an act shared a refresh, by a client that does not wait for token_expired. */
function hasShared(evidence: Evidence): boolean {
  return evidence.acts
    .filter(({ act }) => act === 'five-at-once')
    .some((one) => {
      const calls = during(one, evidence.apis);
      const areAtOnce = calls.some((call, index) => index > 0 && call.startMs < (calls[index - 1]?.endMs ?? 0));
      return (
        areAtOnce && during(one, evidence.tokens).some(({ grant, issued }) => grant === 'refresh' && issued !== null)
      );
    });
}

/**
 * Refreshes that follow each other within seconds, with time left: some may be somebody who tries it out, or a program
 * that keeps no access token and was started again.
 */
function needless({ tokens, apisOf }: Evidence) {
  const breaches: Breach[] = [];
  let isSeen = false;
  for (const [login, list] of groups(tokens, (one) => (one.issued === null ? null : one.login))) {
    let early: TokenSeen[] = [];
    for (const [index, one] of list.entries()) {
      const before = list[index - 1];
      if (one.grant !== 'refresh' || before?.issued == null) continue;
      const isDue =
        isDueByClock(before, one) || between(apisOf(Number(login)), before, one).some(({ status }) => status === 401);
      isSeen ||= isDue;
      const isHurried = one.startMs - before.endMs < hurriedMs;
      early = isDue || !isHurried ? [] : [...early, one];
      if (early.length === mostEarly)
        breaches.push({ what: `${mostEarly} refreshes in a row with time left`, shown: early });
    }
  }
  return { breaches, isSeen };
}

/** Whether the clock may be the reason for a refresh, given the answer that it replaces. */
function isDueByClock({ issued, endedAt }: TokenSeen, refresh: TokenSeen): boolean {
  const [lifetimeMs, ageMs] = [issued?.lifetimeMs ?? 0, refresh.at - endedAt];
  return ageMs > lifetimeMs / 2 || lifetimeMs - ageMs < dueMs;
}

/** Refreshes that answered invalid_token in its act, by a client that keeps its access token from sync to sync. */
function afterInvalidToken(evidence: Evidence): readonly Breach[] {
  return evidence.acts
    .filter(({ act }) => act === 'invalid-token')
    .flatMap((one) => {
      const refused = during(one, evidence.apis).filter(
        ({ error, isLost, token }) =>
          error === 'invalid_token' && !isLost && evidence.apisWith(token).some(({ number }) => number < one.number),
      );
      return during(one, evidence.tokens).flatMap((refresh) => {
        const before = evidence.tokensOf(refresh.login).findLast(({ number, issued }) => {
          return issued !== null && number < refresh.number;
        });
        const call = refused.find(
          (it) => it.login === refresh.login && isAfter(it, refresh) && waitBetween(it, refresh) < hurriedMs,
        );
        const isReaction = refresh.grant === 'refresh' && before && !isDueByClock(before, refresh);
        return call && isReaction ? [{ what: 'a refresh followed invalid_token', shown: [call, refresh] }] : [];
      });
    });
}

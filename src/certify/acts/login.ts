import type { ActFacts } from '../../sandbox/audit/evidence.ts';
import { unseenFact } from '../../sandbox/audit/rules/traces.ts';
import type { Act } from '../act.ts';
import type { Stage, SyncEnd } from '../stage.ts';
import { loseUnder, onlyAhead, syncUnder } from './errors.ts';

/** Past the lifetime of an access token. */
const expiryMs = 3_660_000;
/** Shorter than any margin before expiry; `expires_in` is in whole seconds. */
const shortMs = 1_000;
/** Until a client that counts in whole seconds takes such a token for expired, too. */
const shortOverMs = 2 * shortMs + 100;
/** A timer that refreshes what is about to expire looks once a minute or more often. */
const timerMs = 65_000;
const lookMs = 250;
const minuteMs = 61_000;
const needs = ['connect', 'sync'] as const;

/** Acts of a login after consent: expiry, refresh and revocation. */
export const loginActs: readonly Act[] = [
  {
    id: 'expired',
    title: 'the access token has expired',
    brings: ['expired-refreshed', 'refresh-clean', 'refresh-needless', 'expired-once', 'message-ignored'],
    needs,
    hasLogin: true,
    play: expiring,
  },
  {
    id: 'five-at-once',
    title: 'five concurrent syncs with an expired token',
    brings: ['refresh-single-flight', 'in-flight', 'pace', 'scopes-used'],
    needs,
    hasLogin: true,
    isExpiring: true,
    play: async (stage) => {
      // Slow answers, so that the calls of all five are under way together, also on a busy machine: whichever begins its
      // refresh before the first one is answered has not seen the new tokens.
      await expire(stage, 'api:slow=100ms', 'refresh:slow=1s');
      const ends = await Promise.all(Array.from({ length: 5 }, () => stage.sync()));
      return { sync: worst(ends) };
    },
  },
  {
    id: 'expired-again',
    title: 'the access token expires again',
    brings: ['refresh-token-spent'],
    needs,
    hasLogin: true,
    isExpiring: true,
    play: async (stage) => {
      if (!stage.refreshesAhead) return syncExpired(stage);
      // The second refresh of one login follows only where the first gives a token that expires soon, too.
      await syncExpired(stage, `refresh:short=${shortMs}msx1`);
      await stage.faults();
      await untilExpired(stage);
      return { sync: await stage.sync() };
    },
  },
  {
    id: 'expired-forever',
    title: 'the new access token is rejected too',
    brings: ['expired-once'],
    needs,
    hasLogin: true,
    play: (stage) => syncUnder(stage, ['api:expiredx6']),
  },
  {
    id: 'refresh-unknown-fields',
    title: 'the refresh response has unknown fields',
    brings: ['token-answer-tolerated'],
    needs,
    hasLogin: true,
    isExpiring: true,
    play: (stage) => syncExpired(stage, 'refresh:extrax1'),
  },
  {
    id: 'killed-after-refresh',
    title: 'it is killed right after a refresh and restarted',
    brings: ['refresh-stored-first'],
    needs: ['connect', 'sync', 'restart'],
    hasLogin: true,
    isExpiring: true,
    play: async (stage) => {
      // The first request with the new token shows that the response arrived; the token must be stored by then.
      const isKilled = await killedAfterRefresh(stage, async (isBegun, killed) => {
        await expire(stage, 'api:slow=2s');
        if (!isBegun()) await Promise.race([stage.sync(), killed]);
      });
      await stage.faults();
      const isBack = (await stage.restart()) === null;
      const after = isBack ? await stage.sync() : 'no answer';
      if (after !== 'done') stage.forgetLogin();
      return { killed: isKilled, after };
    },
  },
  {
    id: 'refresh-answer-lost',
    title: 'the refresh response is lost',
    brings: ['refresh-lost'],
    needs,
    hasLogin: true,
    isExpiring: true,
    play: async (stage) => {
      const { sync } = await syncExpired(stage, 'refresh:dropx1');
      stage.forgetLogin();
      return { sync };
    },
  },
  {
    id: 'refresh-token-stolen',
    title: 'its refresh token was used by someone else',
    brings: ['refresh-after-invalid-grant', 'ended-stops'],
    needs,
    hasLogin: true,
    isExpiring: true,
    play: async (stage) => {
      const stolen = 'refresh:stolenx1';
      await expire(stage, stolen);
      return loseUnder(stage, [stolen]);
    },
  },
  {
    id: 'revoked-mid-sync',
    title: 'consent is revoked in the middle of a sync',
    brings: ['revoked-stops', 'refresh-after-revoked'],
    needs,
    hasLogin: true,
    play: async (stage) => {
      await stage.faults('api:revokedx1@1');
      const sync = await stage.sync();
      const later: SyncEnd[] = [];
      for (let minutes = 0; minutes < 3; minutes++) {
        await stage.advance(minuteMs);
        later.push(await stage.sync());
      }
      stage.forgetLogin();
      return { sync, after: worst(later) };
    },
  },
  {
    id: 'participant',
    title: 'a participant allows the connection, and a sync follows',
    brings: ['connects', 'token-kind'],
    needs: ['connect', 'sync', 'login'],
    hasLogin: true,
    play: async (stage) => ({ landed: await stage.signIn(), sync: await stage.sync() }),
  },
];

/** Lets the access token expire, and injects faults into what the integration does then. */
async function expire(stage: Stage, ...faults: readonly string[]): Promise<void> {
  if (!stage.refreshesAhead) {
    await stage.advance(expiryMs);
    return stage.faults(...faults);
  }
  // Its own clock cannot be moved: it gets a token that really expires. The clock of the sandbox stays, so that a token
  // that it has refreshed meanwhile is valid for both. A timer, or a sync that follows each consent, refreshes at once.
  await stage.faults(`code:short=${shortMs}msx1`, ...faults);
  await stage.connect();
  await untilExpired(stage);
}

/** Waits until a token that lives for a moment has expired, and where a timer refreshes, until it has. */
async function untilExpired(stage: Stage): Promise<void> {
  const before = stage.evidence().tokens.length;
  await stage.pause(shortOverMs);
  if (!stage.hasTimer) return;
  const limit = stage.now() + timerMs;
  while (!hasRefreshed(stage, before) && stage.now() < limit) await stage.pause(lookMs);
  stage.hasPaced = true;
}

/** Syncs with an expired access token. */
async function syncExpired(stage: Stage, ...faults: readonly string[]) {
  await expire(stage, ...faults);
  return { sync: await stage.sync() };
}

/** A token that expires on the sandbox's clock and, if that leads to no refresh, on that of the integration. */
async function expiring(stage: Stage): Promise<ActFacts> {
  const before = stage.evidence().tokens.length;
  const ends = await syncExpired(stage);
  if (ends.sync === 'done' || hasRefreshed(stage, before)) return ends;
  stage.refreshesAhead = true;
  for (const hasTimer of [false, true]) {
    stage.hasTimer = hasTimer;
    const between = stage.evidence().tokens.length;
    const ahead = await syncExpired(stage);
    if (hasRefreshedAhead(stage, between)) return { ...ahead, ahead: true, [unseenFact('expired-once')]: onlyAhead };
    if (hasRefreshed(stage, between)) break;
  }
  stage.refreshesAhead = false;
  stage.hasTimer = false;
  return ends;
}

function hasRefreshed(stage: Stage, before: number): boolean {
  return stage
    .evidence()
    .tokens.slice(before)
    .some(({ grant }) => grant === 'refresh');
}

/** Whether it has refreshed its latest login, and no request of that login was rejected before. */
function hasRefreshedAhead(stage: Stage, before: number): boolean {
  const { tokens, apisOf } = stage.evidence();
  const since = tokens.slice(before);
  const login = since.findLast(({ grant, issued }) => grant === 'code' && issued !== null)?.login ?? null;
  const isRefreshed = since.some((one) => one.grant === 'refresh' && one.login === login);
  return login !== null && isRefreshed && !apisOf(login).some(({ error }) => error === 'token_expired');
}

/**
 * Kills the integration at its first API request after a successful refresh. Resolves with whether that happened during
 * `work`.
 */
async function killedAfterRefresh(
  stage: Stage,
  work: (isBegun: () => boolean, killed: Promise<void>) => Promise<void>,
): Promise<boolean> {
  const before = stage.evidence().tokens.length;
  let kill: Promise<void> | null = null;
  let settle: () => void = () => undefined;
  const killed = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const stop = stage.onArrival((path) => {
    const isRefreshed = stage
      .evidence()
      .tokens.slice(before)
      .some(({ issued, grant }) => grant === 'refresh' && issued);
    if (kill !== null || !isRefreshed || !path.startsWith('/api/')) return;
    kill = stage.kill().then(settle);
  });
  try {
    await work(() => kill !== null, killed);
  } finally {
    stop();
    await kill;
  }
  return kill !== null;
}

function worst(ends: readonly SyncEnd[]): SyncEnd {
  return ends.includes('no answer') ? 'no answer' : ends.includes('failed') ? 'failed' : 'done';
}

import { type ApiSeen, type Evidence, isAfter, waitBetween } from '../evidence.ts';
import { type Breach, each, groups, type Rule } from '../rule.ts';

/** Timers of clients may fire a little early. */
const earlyMs = 100;
const mostInFlight = 5;

/** How an integration waits. */
export const limitRules: readonly Rule[] = [
  {
    id: 'retry-after-waited',
    title: 'waits as long as Retry-After says',
    level: 'must',
    why: 'every early request counts as well, and repeated ones get the integration suspended',
    source: 'guide, rate limits; RFC 9110 section 10.2.3',
    fix: 'read Retry-After of a 429, and send nothing with that token for as many seconds',
    needs: 'a 429 with Retry-After, and the request after it',
    judge: (evidence) => {
      const breaches: Breach[] = [];
      let isSeen = false;
      for (const [refused, next] of nextOfSame(evidence)) {
        const { retryAfterMs, status, isLost } = refused;
        if (status !== 429 || retryAfterMs === null || isLost || !isAfter(refused, next)) continue;
        const waitedMs = waitBetween(refused, next);
        if (waitedMs >= retryAfterMs - earlyMs) isSeen = true;
        else {
          const what = `sent again after ${seconds(waitedMs)}, Retry-After was ${seconds(retryAfterMs)}`;
          breaches.push({ what, shown: [refused, next] });
        }
      }
      return { breaches, isSeen };
    },
  },
  {
    id: 'in-flight',
    title: `has at most ${mostInFlight} requests of a token in flight`,
    level: 'must',
    why: 'the sixth is refused with concurrent_limit_exceeded',
    source: 'guide, rate limits',
    fix: 'send API requests through a queue that lets five of a token run at once',
    needs: 'two API requests of a token at once',
    judge: ({ apis }) => {
      const breaches: Breach[] = [];
      let isSeen = false;
      // A client that gave up may not know that the server is still at work.
      for (const calls of groups(apis, ({ token, isLost }) => (isLost ? null : token)).values()) {
        const most = mostAtOnce(calls);
        isSeen ||= most.length > 1;
        if (most.length > mostInFlight) breaches.push({ what: `${most.length} requests at once`, shown: most });
      }
      return { breaches, isSeen };
    },
  },
  {
    id: 'pace',
    title: 'stays below the rate limit',
    level: 'should',
    why: 'repeated 429s in a short time may get the integration suspended',
    source: 'guide, rate limits',
    fix: 'count your requests by token: 30 in any 60 seconds, 500 an hour (participants: 20 and 200)',
    needs: 'ten API requests of a token',
    judge: ({ apis }) => {
      const busy = [...groups(apis, ({ token }) => token).values()].filter((calls) => calls.length >= 10);
      const breaches = busy.flatMap((calls) => {
        const refused = calls.filter(({ error, fault }) => error === 'rate_limit_exceeded' && fault === null);
        return refused.length < 3 ? [] : [{ what: `${refused.length} requests were over the limit`, shown: refused }];
      });
      return { breaches, isSeen: busy.length > 0 };
    },
  },
  {
    id: 'backoff',
    title: 'waits longer after each failure of the server',
    level: 'must',
    why: 'a server in trouble gets worse when every client keeps knocking',
    source: 'guide, errors',
    fix: 'double the wait after each 5xx, with some jitter, and give up after a few attempts',
    needs: 'three failures (5xx) of the same request in a row',
    judge: (evidence) => {
      const runs = runsOf(evidence, ({ status, isLost }) => status >= 500 && !isLost).filter(
        ({ length }) => length > 3,
      );
      const breaches = runs.flatMap((run) => {
        const gaps = run.slice(1).map((call, index) => waitBetween(run[index] ?? call, call));
        const [longest, shortest] = [Math.max(...gaps), Math.min(...gaps)];
        if (longest < 100) return [{ what: `${run.length} attempts without a wait`, shown: run }];
        const isConstant = longest - shortest < longest / 20;
        return isConstant ? [{ what: `${run.length} attempts, always ${seconds(longest)} apart`, shown: run }] : [];
      });
      return { breaches, isSeen: runs.length > 0 };
    },
  },
  {
    id: 'refusal-final',
    title: 'does not repeat a request that was refused (400, 403, 404)',
    level: 'must',
    why: 'the same request gets the same answer, and counts against the limit',
    source: 'guide, errors',
    fix: 'retry on 429 and 5xx only; report other 4xx as failures',
    needs: 'an API request that gets 400, 403 or 404',
    judge: (evidence) => repeated(evidence, ({ status }) => [400, 403, 404].includes(status)),
  },
  {
    id: 'invalid-token-final',
    title: 'does not repeat a request after invalid_token',
    level: 'must',
    why: 'the token is damaged or of another environment: it will not get better',
    source: 'guide, errors',
    fix: 'check the bytes of the token and the environment; report the failure with its request id',
    needs: 'an API request that gets invalid_token',
    judge: (evidence) =>
      repeated(evidence, ({ status, error, token }) => status === 401 && error === 'invalid_token' && token !== null),
  },
  {
    id: 'polling',
    title: 'does not poll for what a webhook reports',
    level: 'should',
    why: 'polling uses up the limit, and is later than the webhook',
    source: 'guide, rate limits',
    fix: 'let the webhook start the work; read the list once a day to find what was lost',
    needs: 'ten deliveries or ten requests for the same list',
    judge: ({ apis, deliveries }) => {
      if (deliveries.length === 0) return { breaches: [], isSeen: false };
      const breaches: Breach[] = [];
      for (const same of groups(apis, ({ cursor, target, token }) =>
        cursor === null ? `${token} ${target}` : null,
      ).values()) {
        const gaps = same.slice(1).map((call, index) => waitBetween(same[index] ?? call, call));
        const middle = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
        const isRegular = gaps.every((gap) => Math.abs(gap - middle) <= middle / 10);
        if (gaps.length >= 9 && isRegular && middle >= 1_000 && middle <= 3_600_000) {
          breaches.push({ what: `the same request every ${seconds(middle)}`, shown: same });
        }
      }
      return { breaches, isSeen: deliveries.length >= 10 };
    },
  },
];

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;

/** Each request and the next one that is the same, with the same token. */
function* nextOfSame({ apis }: Evidence): Generator<readonly [ApiSeen, ApiSeen]> {
  for (const same of groups(apis, sameness).values()) {
    for (const [index, call] of same.entries()) {
      const next = same[index + 1];
      if (next !== undefined) yield [call, next];
    }
  }
}

function sameness({ token, target }: ApiSeen): string | null {
  return token === null ? null : `${token} ${target}`;
}

/** Attempts of one request, one after the other and within a minute, where each but the last ended in some way. */
function runsOf({ apis }: Evidence, isSuch: (call: ApiSeen) => boolean): readonly (readonly ApiSeen[])[] {
  return [...groups(apis, sameness).values()].flatMap((same) => {
    const runs: ApiSeen[][] = [];
    for (const call of same) {
      const run = runs.at(-1);
      const before = run?.at(-1);
      const goesOn = before && isSuch(before) && isAfter(before, call) && waitBetween(before, call) < 60_000;
      if (run && goesOn) run.push(call);
      else runs.push([call]);
    }
    return runs;
  });
}

/** Three attempts are a retry; two may be two users. */
function repeated(evidence: Evidence, isRefused: (call: ApiSeen) => boolean) {
  const refused = evidence.apis.filter(isRefused);
  const runs = runsOf(evidence, isRefused).filter((run) => run.length > 2 && within(run, 10_000));
  return {
    breaches: runs.map((run) => ({ what: `sent ${run.length} times`, shown: run })),
    isSeen: each(refused, () => null).isSeen,
  };
}

function within(run: readonly ApiSeen[], ms: number): boolean {
  return run.every((call, index) => index === 0 || waitBetween(run[index - 1] ?? call, call) < ms);
}

/** The largest set of requests that were open at one moment. */
function mostAtOnce(calls: readonly ApiSeen[]): readonly ApiSeen[] {
  let open: ApiSeen[] = [];
  let most: ApiSeen[] = [];
  for (const call of [...calls].sort((a, b) => a.startMs - b.startMs)) {
    open = [...open.filter(({ endMs }) => endMs > call.startMs), call];
    if (open.length > most.length) most = open;
  }
  return most;
}

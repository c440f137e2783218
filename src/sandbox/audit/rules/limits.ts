import { type ApiSeen, during, type Evidence, isActed, isAfter, waitBetween } from '../evidence.ts';
import { groups } from '../groups.ts';
import { type Breach, each, type Rule } from '../rule.ts';
import { isWithoutWait, underWayMs } from '../waits.ts';

/** Timers of clients may fire a little early. */
const earlyMs = 100;
const mostInFlight = 5;
/** Retries follow each other sooner; a page that is loaded again, or a health check, takes longer. */
const retryMs = 1_200;
/** The same during an act, when no other caller sends requests. */
const actedRetryMs = 5_000;
const longestConstantMs = 5_000;
/** So much may a busy machine add to a wait. */
const mostJitterMs = 250;
/** Refusals within this time are repeated ones. */
const repeatedlyMs = 600_000;

/** How an integration waits. */
export const limitRules: readonly Rule[] = [
  {
    id: 'retry-after-waited',
    title: 'waits as long as Retry-After says',
    level: 'must',
    why: 'early requests count too, and repeated ones get the integration suspended',
    source: 'guide, rate limits; RFC 9110 section 10.2.3',
    fix: 'after a 429, send nothing with that token for the seconds in Retry-After',
    needs: 'a 429 with Retry-After, and the request after it',
    judge: (evidence) => {
      const breaches: Breach[] = [];
      let isSeen = false;
      for (const { refused, next, before, others, same } of nextOfSame(evidence)) {
        const { retryAfterMs, status, isLost } = refused;
        if (status !== 429 || retryAfterMs === null || isLost || !isAfter(refused, next)) continue;
        const waitedMs = waitBetween(refused, next);
        // What comes at once may have been under way: only who does it again did not wait.
        const isAgain = before?.status === 429 && isAfter(before, refused) && !haveAllWaited(refused, same);
        // Where somebody did wait, the other one may be another process, which was refused nothing.
        const isOther = others.some((later) => isWaited(refused, later, retryAfterMs));
        const isRetry = waitedMs >= underWayMs && !isOther;
        const isSure = isRetry || isAgain || isActed(evidence, ['rate-limited'], next);
        if (waitedMs >= retryAfterMs - earlyMs) isSeen = true;
        else if (isSure) {
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
    why: 'the sixth is rejected with concurrent_limit_exceeded',
    source: 'guide, rate limits',
    fix: 'send API requests through a queue with at most five in flight per token',
    needs: 'two API requests of a token at once',
    judge: ({ apis, acts }) => {
      const breaches: Breach[] = [];
      // Where five syncs at once send one request after the other, the rule is kept as well.
      let isSeen = acts.some((one) => one.act === 'five-at-once' && during(one, apis).length > 1);
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
        const shown = refused.filter((call, index) => {
          const third = refused[index + 2];
          return third !== undefined && waitBetween(call, third) < repeatedlyMs;
        });
        return shown.length === 0 ? [] : [{ what: `${refused.length} requests were over the limit`, shown: refused }];
      });
      return { breaches, isSeen: busy.length > 0 };
    },
  },
  {
    id: 'backoff',
    title: 'waits longer after each server error',
    level: 'must',
    why: 'an overloaded server gets worse if every client keeps retrying',
    source: 'guide, errors',
    fix: 'double the wait after each 5xx, with some jitter, and give up after a few attempts',
    needs: 'three failures (5xx) of the same request in a row',
    judge: (evidence) => {
      const runs = runsOf(evidence, ({ status, isLost }) => status >= 500 && !isLost).filter(
        ({ calls }) => calls.length > 3,
      );
      const breaches = runs.flatMap(({ calls: run, ...around }) => {
        const gaps = run.slice(1).map((call, index) => waitBetween(run[index] ?? call, call));
        const [longest, shortest] = [Math.max(...gaps), Math.min(...gaps)];
        if (isWithoutWait(gaps)) {
          const isSure = run.length > mostInFlight + 1 || isActed(evidence, ['server-errors'], run[1] ?? run[0]);
          return isSure ? [{ what: `${run.length} attempts without a wait`, shown: run }] : [];
        }
        // Longer waits are a timer: a client that polls every ten seconds does not retry.
        const isConstant = longest - shortest < Math.min(longest / 10, mostJitterMs) && longest <= longestConstantMs;
        return isConstant && !isTimer(run, around, longest)
          ? [{ what: `${run.length} attempts, always ${seconds(longest)} apart`, shown: run }]
          : [];
      });
      return { breaches, isSeen: runs.length > 0 };
    },
  },
  {
    id: 'refusal-final',
    title: 'does not repeat a rejected request (400, 403, 404)',
    level: 'must',
    why: 'the same request gets the same answer, and counts against the limit',
    source: 'guide, errors',
    fix: 'retry on 429 and 5xx only; report other 4xx as failures',
    needs: 'an API request that gets 400, 403 or 404',
    judge: (evidence) => repeated(evidence, ['refused', 'forbidden'], ({ status }) => [400, 403, 404].includes(status)),
  },
  {
    id: 'invalid-token-final',
    title: 'does not repeat a request after invalid_token',
    level: 'must',
    why: 'the token is damaged or from another environment; retrying cannot help',
    source: 'guide, errors',
    fix: 'check the stored token and the environment; report the failure with its request ID',
    needs: 'an API request that gets invalid_token',
    judge: (evidence) =>
      repeated(
        evidence,
        ['invalid-token'],
        ({ status, error, token }) => status === 401 && error === 'invalid_token' && token !== null,
      ),
  },
  {
    id: 'polling',
    title: 'does not poll for what a webhook reports',
    level: 'should',
    why: 'polling uses up the limit, and is slower than the webhook',
    source: 'guide, rate limits',
    fix: 'start the work from the webhook; read the list once a day to find lost deliveries',
    needs: 'ten deliveries or ten requests for the same list',
    judge: ({ sameApis, deliveries }) => {
      if (deliveries.length === 0) return { breaches: [], isSeen: false };
      const breaches: Breach[] = [];
      for (const same of sameApis()) {
        const [first] = same;
        if (first === undefined || first.cursor !== null || !isReported(first.path)) continue;
        // By the stopwatch: a test that moves the clock an hour at a time does not poll.
        const gaps = same.slice(1).map((call, index) => call.startMs - (same[index] ?? call).endMs);
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

/** Whether a request is made in the same rhythm when nothing fails: that is a timer, and no retry. */
function isTimer(run: readonly ApiSeen[], { before, after }: Omit<Run, 'calls'>, gapMs: number): boolean {
  const [first, last] = [run[0], run.at(-1)];
  const gaps = [
    ...(before && first ? [waitBetween(before, first)] : []),
    ...(after && last ? [waitBetween(last, after)] : []),
  ];
  return gaps.some((gap) => Math.abs(gap - gapMs) < mostJitterMs);
}

/** Whether deliveries report what changes in a path. */
function isReported(path: string): boolean {
  return /^\/me\/|\/(participants|activities)$/.test(path);
}

/** Whether a request waited as long as Retry-After of a refused one said, and no longer than a retry does. */
function isWaited(refused: ApiSeen, later: ApiSeen, retryAfterMs: number): boolean {
  const waitedMs = waitBetween(refused, later);
  return waitedMs >= retryAfterMs - earlyMs && waitedMs < retryAfterMs + 60_000;
}

/**
 * Whether each of the same requests that were refused about the same time was sent again by somebody who waited, one
 * after the other: several calls may stand in one queue, and each learns of the limit for itself. What comes later is
 * another call, such as the next of an interval.
 */
function haveAllWaited(call: ApiSeen, same: readonly ApiSeen[]): boolean {
  const retryAfterMs = call.retryAfterMs ?? 0;
  const isNear = (one: ApiSeen) => Math.abs(one.startMs - call.startMs) < retryAfterMs - earlyMs;
  const refused = same.filter((one) => one.status === 429 && isNear(one));
  const [first, last] = [refused[0] ?? call, refused.at(-1) ?? call];
  const waited = same.filter((later) => isWaited(first, later, first.retryAfterMs ?? 0));
  const again = waited.filter((later) => waitBetween(waited[0] ?? later, later) < refused.length * retryMs);
  return again.length >= refused.length && last.startMs - first.endMs < retryAfterMs / 2;
}

/** A request and the next one that is the same, with the same token. */
interface Repeat {
  readonly refused: ApiSeen;
  readonly next: ApiSeen;
  /** The one before both. */
  readonly before: ApiSeen | undefined;
  /** Some after them. */
  readonly others: readonly ApiSeen[];
  readonly same: readonly ApiSeen[];
}

function* nextOfSame({ sameApis }: Evidence): Generator<Repeat> {
  for (const same of sameApis()) {
    for (const [index, refused] of same.entries()) {
      const next = same[index + 1];
      if (next === undefined) continue;
      yield { refused, next, before: same[index - 1], others: same.slice(index + 2, index + 12), same };
    }
  }
}

/** Attempts of one request, one after the other and within a minute; and the same request before and after them. */
interface Run {
  readonly calls: readonly ApiSeen[];
  readonly before: ApiSeen | undefined;
  readonly after: ApiSeen | undefined;
}

/** Runs in which each attempt but the last ended in some way. */
function runsOf({ sameApis }: Evidence, isSuch: (call: ApiSeen) => boolean): readonly Run[] {
  return sameApis().flatMap((same) => {
    const runs: ApiSeen[][] = [];
    for (const call of same) {
      const run = runs.at(-1);
      const before = run?.at(-1);
      const goesOn = before && isSuch(before) && isAfter(before, call) && waitBetween(before, call) < 60_000;
      if (run && goesOn) run.push(call);
      else runs.push([call]);
    }
    return runs.map((calls, index) => ({ calls, before: runs[index - 1]?.at(-1), after: runs[index + 1]?.[0] }));
  });
}

/**
 * Attempts that go on after a refusal. Four are a retry, where two may be two users and three somebody who loads a page
 * again; those that come at once may all have been under way.
 */
function repeated(evidence: Evidence, acts: readonly string[], isRefused: (call: ApiSeen) => boolean) {
  const refused = evidence.apis.filter(isRefused);
  const runs = runsOf(evidence, isRefused).filter(({ calls: run }) => {
    if (isActed(evidence, acts, run[1] ?? run[0])) return run.length > 2 && within(run, actedRetryMs);
    return within(run, retryMs) && run.length > (within(run, underWayMs) ? mostInFlight + 1 : 3);
  });
  return {
    breaches: runs.map(({ calls }) => ({ what: `sent ${calls.length} times`, shown: calls })),
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

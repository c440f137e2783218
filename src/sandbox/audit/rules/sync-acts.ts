import { act, canSync, failureOf, isStruck, onActs, untested } from '../acts.ts';
import { type ActSeen, type ApiSeen, during, type Evidence, waitBetween } from '../evidence.ts';
import { groups } from '../groups.ts';
import { refreshesAhead } from '../refreshing.ts';
import type { Rule } from '../rule.ts';
import { hashOf } from '../seen/fingerprint.ts';

/** Attempts that follow each other sooner did not wait at all. */
const noWaitMs = 20;
/** A token that was sent where it must not be. */
const wrongTokens = ['event_not_authorized', 'user_token_required', 'installation_token_required'];

/** How an integration reads while something is wrong; each rule needs an act of `revento certify`. */
export const syncActRules: readonly Rule[] = [
  {
    id: 'syncs',
    title: 'reads the API when there are no faults',
    level: 'must',
    why: 'all other rules about reading depend on it',
    source: 'our reading of the guide, read API',
    fix: 'check the response of your sync and the output of revento sandbox log',
    needs: act('a sync without faults (--sync)'),
    judge: (evidence) =>
      onActs(evidence, ['sync'], (one) => {
        const calls = during(one, evidence.apis);
        // Its end is unknown where it was answered when it began.
        if (one.facts['sync'] === 'went on') return untested;
        if (one.facts['sync'] === 'done') return calls.length === 0 ? 'the sync sent no request' : null;
        if (calls.some(isExplained)) return untested;
        return one.facts['sync'] === 'failed' ? 'the sync failed' : 'the sync did not end';
      }),
  },
  {
    id: 'stays-up',
    title: 'keeps running after bad responses',
    level: 'must',
    why: 'one bad response must not stop the service for everybody',
    source: 'our reading of the guide, errors',
    fix: 'catch and log errors of each request, callback and delivery',
    needs: act('any'),
    judge: ({ acts }) => ({
      breaches: acts.flatMap((one) => {
        const { ended } = one.facts;
        return ended === undefined ? [] : [{ what: `it exited by itself with status ${ended}`, shown: [one] }];
      }),
      isSeen: acts.length > 0,
    }),
  },
  {
    id: 'list-whole',
    title: 'reads a list to its end',
    level: 'must',
    why: 'otherwise all rows after the first page are missing',
    source: 'guide, pagination',
    fix: 'continue with next_cursor while has_more is true',
    needs: act('a sync without faults (--sync)'),
    judge: (evidence) =>
      onActs(evidence, ['sync'], (one) => {
        const calls = during(one, evidence.apis).filter(({ path }) => path.endsWith('/participants'));
        if (one.facts['sync'] !== 'done' || !calls.some(({ page }) => page?.hasMore)) return untested;
        // Who looks at a single row first has still read the list, if it was read to its end later.
        const whole = new Set(calls.flatMap(({ path, page }) => (page?.hasMore === false ? [path] : [])));
        const left = unfollowed(calls).filter(({ path }) => !whole.has(path));
        return left.length === 0
          ? null
          : { what: 'the sync finished before has_more was false', shown: [one, ...left] };
      }),
  },
  {
    id: 'empty-page-followed',
    title: 'continues after an empty page with has_more',
    level: 'must',
    why: 'has_more, not the number of rows, says whether there is another page',
    source: 'guide, pagination',
    fix: 'check only has_more',
    needs: act('a page is empty but has_more is true'),
    judge: (evidence) =>
      onActs(evidence, ['empty-page'], (one) => {
        const calls = during(one, evidence.apis);
        if (!isStruck(calls, 'empty')) return untested;
        const left = unfollowed(calls).filter(
          (call) => call.page?.isEmpty && !calls.some((later) => isSecondTry(call, later)),
        );
        if (left.length > 0) return { what: 'the sync ended at an empty page', shown: [one, ...left] };
        return failureOf(one, evidence);
      }),
  },
  {
    id: 'cursor-circle',
    title: 'stops when cursors go in a circle',
    level: 'should',
    why: 'an endless sync uses up the limit for everything else',
    source: 'our reading of the guide, pagination',
    fix: 'remember the cursors of a sync, and fail when one repeats',
    needs: act('cursors go in a circle'),
    judge: (evidence) =>
      onActs(evidence, ['cursor-circle'], (one) => {
        const struck = during(one, evidence.apis).filter((call) => call.page !== null && isStruck([call], 'circle'));
        if (struck.length === 0) return untested;
        const turns = [...groups(struck, ({ target }) => target).values()].find((same) => same.length > 2);
        if (turns !== undefined) return { what: `the same page was read ${turns.length} times`, shown: turns };
        return one.facts['sync'] === 'no answer' ? 'the sync did not end' : null;
      }),
  },
  {
    id: 'unknown-tolerated',
    title: 'reads rows with unknown fields and status values',
    level: 'must',
    why: 'Revento adds fields and statuses without a new version',
    source: 'guide, read API',
    fix: 'ignore unknown fields, and treat an unknown status as a separate status',
    needs: act('rows have unknown fields or status values'),
    judge: (evidence) =>
      onActs(evidence, ['unknown-fields', 'unknown-status'], (one) =>
        isStruck(during(one, evidence.apis)) ? failureOf(one, evidence) : untested,
      ),
  },
  {
    id: 'message-ignored',
    title: 'checks the code of an error, not its message',
    level: 'must',
    why: 'messages change, and may be in another language',
    source: 'guide, errors',
    fix: 'compare the error field, and only display the message',
    needs: act('the messages of errors are scrambled'),
    judge: (evidence) => {
      const isKnown =
        evidence.acts.some(({ act: id, facts }) => id === 'expired' && facts['sync'] === 'done') &&
        !refreshesAhead(evidence);
      return onActs(evidence, ['scrambled-messages'], (one) =>
        isKnown && isStruck(during(one, evidence.apis)) ? failureOf(one, evidence) : untested,
      );
    },
  },
  {
    id: 'page-cut',
    title: 'treats a truncated page as a failure',
    level: 'must',
    why: 'otherwise the rest of the list is missing, unnoticed',
    source: 'our reading of the guide, errors',
    fix: 'retry the request with backoff, and report the sync as failed if that does not help',
    needs: act('a page is truncated'),
    judge: (evidence) => onActs(evidence, ['page-cut'], (one) => ignored(one, evidence, 'a page that was cut off')),
  },
  {
    id: 'page-html',
    title: 'treats a response that is not JSON as a failure',
    level: 'must',
    why: 'proxies may return their own page with 200; it is not an empty list',
    source: 'our reading of the guide, errors',
    fix: 'fail or retry when a response cannot be parsed',
    needs: act('a proxy returns an HTML page'),
    judge: (evidence) => onActs(evidence, ['page-html'], (one) => ignored(one, evidence, 'an HTML page')),
  },
  {
    id: 'concurrent-limit',
    title: 'retries after concurrent_limit_exceeded, with a short wait',
    level: 'should',
    why: 'it has no Retry-After, and ends when one of your own requests has finished',
    source: 'guide, rate limits',
    fix: 'queue the request until one of your own has finished, then send it again',
    needs: act('a 429 without Retry-After'),
    judge: (evidence) =>
      onActs(evidence, ['concurrent-limit'], (one) => {
        const refused = during(one, evidence.apis).filter(({ error }) => error === 'concurrent_limit_exceeded');
        if (refused.length === 0) return untested;
        const hasWaited = refused.every((call, index) => {
          const before = refused[index - 1];
          return !before || before.target !== call.target || waitBetween(before, call) >= noWaitMs;
        });
        return hasWaited ? failureOf(one, evidence) : { what: 'sent again without a wait', shown: refused };
      }),
  },
  {
    id: 'refresh-stored-first',
    title: 'stores new tokens before using them',
    level: 'must',
    why: 'the old refresh token is used up: a process killed before storing the new one has lost the login',
    source: 'guide, refreshing',
    fix: 'write both tokens to durable storage, and wait until that is done, before the next request',
    needs: act('it is killed right after a refresh and restarted (--restart)'),
    judge: (evidence) => {
      return onActs(evidence, ['killed-after-refresh'], ({ facts }) => {
        if (facts['killed'] !== true || !canSync(evidence)) return untested;
        return facts['after'] === 'done' ? null : 'the login was lost: the sync failed after a restart';
      });
    },
  },
  {
    id: 'second-event',
    title: 'supports two events at the same time',
    level: 'must',
    why: 'each event has its own consent; the second must not replace the first',
    source: 'guide, tokens',
    fix: 'store tokens by event and organization',
    needs: act('an organizer connects a second event'),
    judge: (evidence) =>
      onActs(evidence, ['second-event'], (one) => {
        const { sync, after } = one.facts;
        const isMixed = during(one, evidence.apis).some(({ error }) => error === 'event_not_authorized');
        if (isMixed || !canSync(evidence)) return untested;
        if (sync !== 'done') return 'the sync of the second event failed';
        return after === 'done' ? null : 'the sync of the first event failed after the second was connected';
      }),
  },
];

/** Whether the refusal of a request breaks a rule of its own. */
function isExplained({ status, error, method, cursor, limit }: ApiSeen): boolean {
  return (
    wrongTokens.includes(error ?? '') || method !== 'GET' || (status === 400 && (cursor !== null || Number(limit) > 50))
  );
}

/** Pages that say there are more, whose cursor was not sent afterward under any name. */
function unfollowed(calls: readonly ApiSeen[]): readonly ApiSeen[] {
  return calls.filter(({ page, number, isLost }) => {
    const cursor = page?.nextCursor ?? null;
    if (!page?.hasMore || cursor === null || isLost) return false;
    const hash = hashOf(cursor);
    return !calls.some(
      (later) => later.number > number && (later.cursor === cursor || Object.values(later.others).includes(hash)),
    );
  });
}

/** Whether a call may be another attempt of one. The clock is moved by a minute before an act syncs again. */
function isSecondTry(call: ApiSeen, later: ApiSeen): boolean {
  return later.target === call.target && later.number > call.number && waitBetween(call, later) < 50_000;
}

/** Whether a sync called itself done although an answer never came, and was not asked for again. */
function ignored(one: ActSeen, evidence: Evidence, what: string) {
  const calls = during(one, evidence.apis);
  if (!isStruck(calls) || (one.facts['sync'] !== 'done' && !canSync(evidence))) return untested;
  if (one.facts['sync'] === 'no answer') return 'the sync did not end';
  const missing = calls.find(
    (call) =>
      (call.isLost || call.fault === 'html') && !calls.some((later) => isSecondTry(call, later) && later.page !== null),
  );
  return missing === undefined || one.facts['sync'] !== 'done'
    ? null
    : { what: `the sync was done, and ${what} was in it`, shown: [one, missing] };
}

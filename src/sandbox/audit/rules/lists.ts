import { failureOf, onActs } from '../acts.ts';
import { type ApiSeen, during, type Evidence, waitBetween } from '../evidence.ts';
import { groups } from '../groups.ts';
import { each, type Rule } from '../rule.ts';
import { hashOf } from '../seen/fingerprint.ts';

/** Source: guide, pagination. */
const mostLimit = 50;
const defaultLimit = 25;
/** A test suite may well ask for the first page again and again; a sync that is stuck does it without end. */
const mostFirsts = 20;
/** The text that programs make of a missing value. */
const nothings = ['', 'null', 'undefined', 'none', 'nil'];

/** How an integration reads lists. */
export const listRules: readonly Rule[] = [
  {
    id: 'cursor-opaque',
    title: 'sends a cursor back unchanged',
    level: 'must',
    why: 'a cursor is opaque; an altered one is rejected',
    source: 'guide, pagination',
    fix: 'send next_cursor unchanged, to the list that it came from',
    needs: 'a request with a cursor',
    judge: (evidence) => {
      const issued = issuedCursors(evidence);
      const isAltered = alterations(issued);
      const judged = evidence.apis.filter(({ cursor }) => cursor !== null && !nothings.includes(cursor.toLowerCase()));
      const ruling = each(
        judged.filter((call) => issued.has(call.cursor ?? '') || isAltered(call)),
        (call) => {
          const origin = issued.get(call.cursor ?? '');
          if (origin === undefined) return 'the cursor is altered';
          return origin.path === call.path || call.status !== 400 ? null : 'the cursor comes from another list';
        },
      );
      const acted = onActs(evidence, ['cursor-form'], (one) => {
        const [strange] = during(one, judged).filter((call) => call.status === 400 && !issued.has(call.cursor ?? ''));
        if (strange !== undefined) return { what: 'a cursor of another form was altered', shown: [one, strange] };
        const problem = failureOf(one, evidence);
        return typeof problem === 'string' ? `${problem} when cursors had a different format` : problem;
      });
      return acted.breaches.length > 0 && ruling.breaches.length === 0 ? { ...acted, isSeen: true } : ruling;
    },
  },
  {
    id: 'list-end',
    title: 'stops at the end of a list',
    level: 'must',
    why: 'after the last page next_cursor is null, and a request with it is rejected',
    source: 'guide, pagination',
    fix: 'request another page only while has_more is true',
    needs: 'the last page of a list',
    judge: ({ apis }) => {
      const place = ({ token, path }: ApiSeen) => `${token} ${path}`;
      const ends = groups(apis, (call) => (call.page?.hasMore === false ? place(call) : null));
      // Who sends an empty cursor with the first page has not read past an end.
      const isPastEnd = (call: ApiSeen) => (ends.get(place(call))?.[0]?.number ?? Infinity) < call.number;
      const past = apis.filter(
        (call) =>
          call.status === 400 &&
          call.cursor !== null &&
          nothings.includes(call.cursor.toLowerCase()) &&
          isPastEnd(call),
      );
      return {
        breaches: past.map((call) => ({ what: 'the cursor of the request is empty', shown: [call] })),
        isSeen: apis.some(({ page }) => page !== null && !page.hasMore),
      };
    },
  },
  {
    id: 'pages-followed',
    title: 'sends the cursor in the cursor parameter',
    level: 'must',
    why: 'under another name it is ignored, and the first page is returned again and again',
    source: 'guide, pagination',
    fix: 'send next_cursor as the query parameter cursor',
    needs: 'a list of several pages',
    judge: (evidence) => {
      const issued = issuedCursors(evidence);
      const hashes = new Set([...issued.keys()].map(hashOf));
      const strays = evidence.apis.flatMap((call) => {
        const name = Object.keys(call.others).find((key) => hashes.has(call.others[key] ?? ''));
        return name === undefined ? [] : [{ what: `the cursor was sent as ${name}`, shown: [call] }];
      });
      return { breaches: strays, isSeen: evidence.apis.some(({ cursor }) => issued.has(cursor ?? '')) };
    },
  },
  {
    id: 'pages-stuck',
    title: 'continues with the next page',
    level: 'should',
    why: 'otherwise all rows after the first page are missing',
    source: 'guide, pagination',
    fix: 'continue with next_cursor while has_more is true',
    needs: 'a list of several pages, read to its end',
    judge: (evidence) => {
      const firsts = groups(evidence.apis, (call) => `${call.token} ${call.path}`);
      const breaches = [...firsts.values()].flatMap((calls) => {
        const isStuck =
          calls.length >= mostFirsts &&
          calls.every(
            ({ cursor, page, limit }) =>
              cursor === null && page?.hasMore && Number(limit ?? defaultLimit) >= defaultLimit,
          ) &&
          calls.slice(1).every((call, index) => waitBetween(calls[index] ?? call, call) < 2_000);
        return isStuck
          ? [{ what: `the first page was read ${calls.length} times, and no other page`, shown: calls }]
          : [];
      });
      return { breaches, isSeen: evidence.apis.some(({ cursor, page }) => cursor !== null && page?.hasMore === false) };
    },
  },
  {
    id: 'limit-most',
    title: `requests at most ${mostLimit} rows per page`,
    level: 'must',
    why: 'a higher limit is rejected',
    source: 'guide, pagination',
    fix: `send limit=${mostLimit} and follow the cursor`,
    needs: 'a request with a limit',
    judge: ({ apis }) =>
      each(
        apis.filter(({ limit }) => limit !== null),
        ({ limit, fault }) => (fault === null && Number(limit) > mostLimit ? `limit is ${Number(limit)}` : null),
      ),
  },
  {
    id: 'limit-kept',
    title: 'sends the limit with every cursor',
    level: 'must',
    why: 'without it pages have only 25 rows, and the sync needs twice the requests',
    source: 'guide, pagination',
    fix: 'build the query of each page from the same parameters, and add the cursor',
    needs: 'a request with a cursor, after one with a limit',
    judge: (evidence) => {
      // Two clients get the same cursor for the same place: what the other one asked for is not this one's limit.
      const limited = new Map<string, boolean>();
      for (const { token, page, limit } of evidence.apis) {
        const place = `${token} ${page?.nextCursor}`;
        limited.set(place, limit !== null && limited.get(place) !== false);
      }
      return each(
        evidence.apis.filter(({ token, cursor }) => cursor !== null && limited.get(`${token} ${cursor}`)),
        ({ limit }) => (limit === null ? 'the request has a cursor but no limit; the previous request had one' : null),
      );
    },
  },
];

/** Every cursor that an answer gave, with the request that got it. */
function issuedCursors({ apis }: Evidence): ReadonlyMap<string, ApiSeen> {
  const issued = new Map<string, ApiSeen>();
  for (const call of apis) {
    const cursor = call.page?.nextCursor ?? null;
    if (cursor !== null) issued.set(cursor, call);
  }
  return issued;
}

/** A test of calls: whether a refused cursor is clearly made from an issued one; any other may be made up on purpose. */
function alterations(issued: ReadonlyMap<string, ApiSeen>): (call: ApiSeen) => boolean {
  const cursors = [...issued.keys()];
  const whole = new Set(cursors.map((one) => one.toLowerCase()));
  const byStart = groups(cursors, (one) => one.slice(0, 8));
  const byEnd = groups(cursors, (one) => one.slice(-8));
  return ({ cursor, status, fault }) => {
    if (cursor === null || status !== 400 || fault !== null) return false;
    // Quoted, or with a blank or an equals sign too many.
    const bare = cursor.replace(/^[^\w-]+|[^\w-]+$/g, '');
    if (bare.length < 8) return false;
    const isPart = (one: string) => one.includes(bare) || bare.includes(one);
    const isSimilar = (one: string) => one.length === bare.length && one.slice(0, 12) === bare.slice(0, 12);
    return (
      whole.has(bare.toLowerCase()) ||
      byEnd.has(bare.slice(-8)) ||
      (byStart.get(bare.slice(0, 8)) ?? []).some((one) => isPart(one) || isSimilar(one))
    );
  };
}

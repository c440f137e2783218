import { isSuccess } from '../../../http/status.ts';
import {
  type AnySeen,
  type ApiSeen,
  between,
  type DeliverySeen,
  during,
  type Evidence,
  isAfter,
  waitBetween,
} from '../evidence.ts';
import { groups } from '../groups.ts';
import { each, type Rule } from '../rule.ts';

/** Whatever comes sooner than this after an answer was on its way already. */
const reactionMs = 1_000;
/** In that time every process that works for a login has noticed that it has ended. */
const discoveryMs = 60_000;
/** Up to this many further requests may each come from a process that has not noticed yet. */
const mostProcesses = 4;
/** Time to stop what runs in the background. */
const deletionMs = 30_000;
/** An act says in whole seconds how long it has waited. */
const roundingMs = 500;

/** Methods that change nothing; health checks and browsers send the others. */
const harmless = ['GET', 'HEAD', 'OPTIONS'];

/** The right token for each request, and an end when it has ended. */
export const accessRules: readonly Rule[] = [
  {
    id: 'revoked-stops',
    title: 'stops calling the API after token_revoked',
    level: 'must',
    why: 'the login has ended permanently; an integration that keeps calling may be suspended',
    source: 'guide, errors',
    fix: 'mark the login as revoked, and stop the background work that uses it',
    needs: 'an API request that gets token_revoked',
    judge: (evidence) => {
      const ends = endings(evidence);
      const breaches = ends.flatMap((calls) => {
        const [first] = calls;
        if (first === undefined) return [];
        const later = calls.filter((call) => waitBetween(first, call) >= reactionMs);
        const retries = retriesOf(first, calls, evidence);
        const goesOn = later.length > 1 && isGoingOn(first, later);
        if (!goesOn && retries.length < 2) return [];
        const shown = goesOn ? later : retries;
        return [{ what: 'requests continued after token_revoked', shown: [first, ...shown] }];
      });
      return { breaches, isSeen: ends.length > 0 };
    },
  },
  {
    id: 'ended-stops',
    title: 'stops calling the API after invalid_grant',
    level: 'must',
    why: 'no refresh can get another access token: every call is rejected',
    source: 'guide, errors',
    fix: 'mark the login as ended, and stop the background work that uses it',
    needs: 'a refresh that gets invalid_grant',
    judge: ({ tokens, tokensOf, apisOf }) => {
      const refused = tokens.filter(
        ({ grant, error, isLost, login }) =>
          grant === 'refresh' && error === 'invalid_grant' && !isLost && login !== null,
      );
      const breaches = [...groups(refused, ({ login }) => login).values()].flatMap(([first]) => {
        // Another process may have got new tokens.
        if (first === undefined || between(tokensOf(first.login), first).some(({ issued }) => issued !== null))
          return [];
        const later = apisOf(first.login).filter(
          (call) => call.status === 401 && waitBetween(first, call) >= reactionMs,
        );
        return later.length > 2 && isGoingOn(first, later)
          ? [{ what: 'requests continued after invalid_grant', shown: [first, ...later] }]
          : [];
      });
      return { breaches, isSeen: refused.length > 0 };
    },
  },
  {
    id: 'deletion-silence',
    title: 'stops all requests after data.deletion_required',
    level: 'must',
    why: 'the connection has ended, and with it the permission to read the data',
    source: 'guide, data.deletion_required',
    fix: 'stop the background work of the connection when the delivery arrives, and delete the stored data',
    needs: 'API requests, and then a delivery of data.deletion_required (revento sandbox revoke)',
    judge: (evidence) => {
      const { deliveries, apis, logins, tokensOf, apisOf } = evidence;
      const told = deliveries.filter(({ type, status }) => type === 'data.deletion_required' && isSuccess(status));
      const toldOf = groups(told, ({ eventId }) => eventId);
      const refused = groups(apis, ({ error, login }) => (error === 'token_revoked' ? login : null));
      const breaches = [...refused].flatMap(([id, calls]) => {
        const login = Number(id);
        const ofEvent = toldOf.get(logins.get(login)?.eventId ?? '') ?? [];
        const lastGood = apisOf(login).findLast(({ status }) => status < 300);
        for (const call of calls) {
          // Those before were about other logins of the event.
          const delivery = between(ofEvent, lastGood ?? tokensOf(login)[0] ?? { number: 0 }, call).at(-1);
          if (delivery === undefined || !isLongAfter(delivery, call, evidence)) continue;
          return [{ what: 'a request for the ended connection followed', shown: [delivery, call] }];
        }
        return [];
      });
      // Who never read anything has not become silent.
      const read = new Map<string, number>();
      for (const { login, status, number } of apis) {
        const eventId = login === null ? undefined : logins.get(login)?.eventId;
        if (eventId !== undefined && status < 300 && !read.has(eventId)) read.set(eventId, number);
      }
      const isSeen = told.some(({ eventId, number }) => (read.get(eventId ?? '') ?? Number.POSITIVE_INFINITY) < number);
      return { breaches, isSeen };
    },
  },
  {
    id: 'token-kind',
    title: 'sends the kind of token that the path requires',
    level: 'must',
    why: '/events requires an organizer’s token, /me a participant’s; the other kind is rejected',
    source: 'guide, errors',
    fix: 'store with each token whether an organizer or a participant gave consent, and choose by that',
    needs: 'an API request with a token',
    judge: ({ apis }) =>
      each(authorized(apis), ({ error, fault }) =>
        fault === null && (error === 'user_token_required' || error === 'installation_token_required')
          ? `refused: ${error}`
          : null,
      ),
  },
  {
    id: 'token-event',
    title: 'uses a token only for its own event',
    level: 'must',
    why: 'each event has its own tokens; requests for another event are rejected',
    source: 'guide, tokens',
    fix: 'store tokens by event and organization, and look them up by the event of the request',
    needs: 'an API request with a token',
    judge: ({ apis, eventIds }) =>
      each(authorized(apis), ({ error, fault, path }) =>
        // An unknown event is a typing error, not a mixed-up token.
        fault === null && error === 'event_not_authorized' && eventIds.includes(path.split('/')[2] ?? '')
          ? 'the token belongs to another event'
          : null,
      ),
  },
  {
    id: 'read-only',
    title: 'only reads',
    level: 'must',
    why: 'the API is read-only; other methods are rejected',
    source: 'guide, read API',
    fix: 'send GET requests only',
    needs: 'an API request with a token',
    judge: ({ apis }) =>
      each(authorized(apis), ({ method }) => (harmless.includes(method) ? null : `${method} was sent`)),
  },
  {
    id: 'accept-pinned',
    title: 'pins the API version with Accept',
    level: 'should',
    why: 'without it you get the default version, which may change',
    source: 'guide, versions',
    fix: 'send Accept: application/vnd.revento.v1+json with every API request',
    needs: 'an API request with a token',
    judge: ({ apis }) =>
      each(asked(apis), ({ accept }) =>
        accept?.includes('application/vnd.revento.v') ? null : 'the request has no version in Accept',
      ),
  },
  {
    id: 'request-id',
    title: 'sends an X-Revento-Request-Id',
    level: 'should',
    why: 'support asks for it, and it identifies the request in your own log',
    source: 'guide, read API',
    fix: 'send a new UUID in X-Revento-Request-Id with every API request, and log it',
    needs: 'an API request with a token',
    judge: ({ apis }) =>
      each(asked(apis), ({ requestId }) => (requestId === null ? 'the request has no request id' : null)),
  },
  {
    id: 'request-id-uuid',
    title: 'sends UUIDs as request ids',
    level: 'note',
    why: 'other IDs can collide with those of other integrations',
    source: 'guide, read API',
    fix: 'create the request id with the UUID function of your language',
    needs: 'an API request with a request id',
    judge: ({ apis }) =>
      each(
        apis.filter(({ requestId }) => requestId !== null),
        ({ requestId }) => (requestId?.isUuid ? null : 'the request id is not a UUID'),
      ),
  },
  {
    id: 'request-id-fresh',
    title: 'makes a new request id for each request',
    level: 'should',
    why: 'two requests with one ID cannot be distinguished in a log',
    source: 'guide, read API',
    fix: 'create a request ID for each request, not once at startup',
    needs: 'two API requests with request ids',
    judge: ({ apis }) => {
      const byId = groups(apis, ({ requestId }) => requestId?.text ?? null);
      const breaches = [...byId.values()].flatMap((same) => {
        // A retry of the same request may keep its id, until it succeeds.
        const other = same.find(({ target }) => target !== same[0]?.target);
        const done = same.filter(({ status, isLost }) => status < 300 && !isLost);
        const shown = other ? [same[0], other].filter((one) => one !== undefined) : done;
        return other || done.length > 2 ? [{ what: 'different requests have the same id', shown }] : [];
      });
      return { breaches, isSeen: byId.size > 1 };
    },
  },
];

function authorized(apis: readonly ApiSeen[]): readonly ApiSeen[] {
  return apis.filter(({ token }) => token !== null);
}

/** Requests for data; health checks send HEAD. */
function asked(apis: readonly ApiSeen[]): readonly ApiSeen[] {
  return authorized(apis).filter(({ method }) => method === 'GET');
}

/** Calls that got token_revoked, by login, each time that it ended: one that was suspended may work again. */
function endings({ apis }: Evidence): readonly (readonly ApiSeen[])[] {
  return [...groups(apis, ({ login, token }) => login ?? token).values()].flatMap((calls) => {
    const ends: ApiSeen[][] = [];
    let isEnded = false;
    for (const call of calls) {
      const isRevoked = call.error === 'token_revoked' && !call.isLost;
      if (isRevoked && isEnded) ends.at(-1)?.push(call);
      else if (isRevoked) ends.push([call]);
      if (isRevoked || call.status < 300) isEnded = isRevoked;
    }
    return ends;
  });
}

/** The work begins after the answer to a delivery; and the clock may be moved while it is done. */
function isLongAfter(delivery: DeliverySeen, call: ApiSeen, evidence: Evidence): boolean {
  const isLong = waitBetween(delivery, call) >= deletionMs;
  // In the act it is tried several times, and given all the time that it may take at last.
  const act = evidence.acts.find((one) => one.act === 'deletion' && during(one, [call]).length > 0);
  const allowedS = act === undefined ? 0 : Number(act.facts['allowed_s'] ?? Number.POSITIVE_INFINITY);
  return isLong && call.startMs - delivery.endMs >= Math.max(reactionMs, allowedS * 1_000 - roundingMs);
}

/**
 * Whether calls after the one that was refused are more than those of a page that is loaded again, or of a few
 * processes, each of which learns it for itself soon after the others.
 */
function isGoingOn(first: AnySeen, later: readonly ApiSeen[]): boolean {
  const last = later.at(-1);
  return later.length > mostProcesses || (last !== undefined && waitBetween(first, last) >= discoveryMs);
}

/** The refused call again, at once. Where the same call was made in parallel, these may be answers to that. */
function retriesOf(first: ApiSeen, calls: readonly ApiSeen[], { apisWith }: Evidence): readonly ApiSeen[] {
  const isParallel = apisWith(first.token).some(
    (one) => one !== first && one.target === first.target && one.startMs <= first.endMs && one.endMs >= first.startMs,
  );
  if (isParallel) return [];
  const same = calls.filter(({ target, token }) => target === first.target && token === first.token);
  const pause = same.findIndex((call, index) => {
    const before = same[index - 1];
    return before !== undefined && (!isAfter(before, call) || waitBetween(before, call) >= reactionMs);
  });
  return pause === -1 ? same.slice(1) : same.slice(1, pause);
}

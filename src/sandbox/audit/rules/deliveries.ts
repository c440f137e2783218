import { isSuccess } from '../../../http/status.ts';
import { knownType } from '../../../webhook/event.ts';
import { act, onActs, untested } from '../acts.ts';
import { type DeliverySeen, during, type Evidence } from '../evidence.ts';
import { groups } from '../groups.ts';
import { each, type Rule, type Ruling } from '../rule.ts';

const answerLimitMs = 10_000;
/** Faults after which a delivery must not be acknowledged. */
const staleFaults = ['stale', 'future'];
/** What something in front of the handler answers, not the handler. */
const frontStatuses = [429, 502, 503, 504];

/** What only the handler itself answers. */
const refusals = [400, 409, 410, 412, 422];

/** How an integration answers deliveries. */
export const deliveryRules: readonly Rule[] = [
  {
    id: 'delivery-in-time',
    title: 'answers a delivery within 10 seconds',
    level: 'must',
    why: 'a late answer counts as no answer: the delivery is sent again and processed twice',
    source: 'guide, webhooks',
    fix: 'answer 2xx as soon as the delivery is stored, and do the work afterward',
    needs: 'a delivery',
    judge: ({ deliveries, acts }) => {
      const ended = deliveries.filter(({ status, ms }) => status !== null || ms >= answerLimitMs - 50);
      const { breaches, isSeen } = each(ended, ({ status, ms }) =>
        status === null ? `no answer within ${Math.round(ms / 1000)} s` : null,
      );
      // A single one may be a breakpoint or a slow start; during acts nobody debugs.
      const isOnce = breaches.length === 1 && ended.length > 1 && acts.length === 0;
      return { breaches: isOnce ? [] : breaches, isSeen };
    },
  },
  {
    id: 'delivery-accepted',
    title: 'acknowledges a valid delivery',
    level: 'must',
    why: 'a rejected delivery is sent again and again, and lost in the end',
    source: 'guide, webhooks',
    fix: 'verify the signature over the raw bytes, with the signing secret of this environment; run: revento webhook check',
    needs: 'a delivery',
    judge: (evidence) => {
      const isTold = toldSecrets(evidence);
      const usual = firsts(evidence).filter((one) => isUsual(one) && isTold(one));
      const own = answered(
        usual.filter(({ isMadeUp }) => !isMadeUp),
        'a valid delivery',
        [400, 401, 403, 422],
      );
      // Data that somebody made up may be refused for what is in it, but not for its signature.
      const madeUp = answered(
        usual.filter(({ isMadeUp }) => isMadeUp),
        'a valid delivery',
        [401, 403],
      );
      return { breaches: [...own.breaches, ...madeUp.breaches], isSeen: own.isSeen || madeUp.isSeen };
    },
  },
  {
    id: 'delivery-direct',
    title: 'answers a delivery itself, without a redirect',
    level: 'must',
    why: 'redirects are not followed, so the delivery never arrives',
    source: 'guide, webhooks',
    fix: 'register the final URL, including scheme and trailing slash',
    needs: 'a delivery',
    judge: (evidence) => answered(firsts(evidence), 'a delivery', [301, 302, 303, 307, 308]),
  },
  {
    id: 'delivery-repeat',
    title: 'acknowledges a repeated delivery',
    level: 'must',
    why: 'delivery is at least once; a rejected repeat is sent again and again',
    source: 'guide, webhooks',
    fix: 'look up the delivery ID after verifying, and answer 2xx if it is known',
    needs: 'a repeated delivery (revento sandbox redeliver)',
    judge: (evidence) => {
      const isWellAround = wellAround(evidence);
      const repeats = [...groups(genuine(evidence), ({ id }) => id).values()].flatMap((same) => {
        const first = same.find(({ status }) => isSuccess(status));
        return first === undefined
          ? []
          : same.filter((one) => one !== first && one.startMs >= first.endMs && one.status !== null);
      });
      return each(repeats, (one) => {
        // A secret may have changed meanwhile, and something else may have failed.
        const isRefused = refusals.includes(one.status ?? 0) || (one.status === 500 && isWellAround(one));
        return isRefused ? `the repeat was answered ${one.status}` : null;
      });
    },
  },
  {
    id: 'delivery-forged',
    title: 'rejects a forged signature',
    level: 'must',
    why: 'otherwise anybody who knows the URL can send anything',
    source: 'guide, verifying signatures',
    fix: 'compare the signature in constant time, and answer 401 before doing anything else',
    needs: 'a forged delivery (revento sandbox fault webhook:signature)',
    judge: ({ deliveries }) =>
      each(forged(deliveries).news, ({ status }) => (isSuccess(status) ? 'a forged delivery was acknowledged' : null)),
  },
  {
    id: 'delivery-stale',
    title: 'rejects a timestamp that is off by an hour',
    level: 'must',
    why: 'otherwise a captured delivery can be replayed forever',
    source: 'guide, verifying signatures',
    fix: 'answer 401 when the timestamp is more than 300 seconds off, in either direction',
    needs: 'a stale delivery (revento sandbox fault webhook:stale)',
    judge: ({ deliveries }) =>
      each(
        deliveries.filter(({ fault, status }) => staleFaults.includes(fault ?? '') && status !== null),
        ({ status, fault }) => (isSuccess(status) ? `a delivery with a ${fault} timestamp was acknowledged` : null),
      ),
  },
  {
    id: 'delivery-rotation',
    title: 'accepts both signing secrets during a rotation',
    level: 'should',
    why: 'until the rotation ends, deliveries may be signed with either one',
    source: 'our reading of the guide, secret rotation',
    fix: 'verify against every configured secret: REVENTO_WEBHOOK_SECRET and REVENTO_WEBHOOK_SECRET_PREVIOUS',
    needs: 'deliveries during a rotation (revento sandbox rotate)',
    judge: ({ deliveries }) => {
      const rotating = deliveries.filter(({ fault, signedWith }) => fault === null && signedWith !== 'only');
      // Until the handler has accepted one with the new secret, it may not know the secret.
      const told = rotating.find(({ signedWith, status }) => signedWith === 'current' && isSuccess(status));
      return answered(
        rotating.filter(({ status, number }) => isSuccess(status) || (told !== undefined && number > told.number)),
        'a delivery signed with one of the two secrets',
        [401, 403],
      );
    },
  },
  {
    id: 'delivery-forged-repeat',
    title: 'rejects a forged repeat of a known delivery',
    level: 'must',
    why: 'looking up the ID before verifying reveals which deliveries arrived, and lets attackers block others',
    source: 'guide, verifying signatures',
    fix: 'verify first, and look up the delivery ID afterward',
    needs: 'a forged delivery with the id of an earlier one (revento sandbox fault webhook:signature, then redeliver)',
    judge: ({ deliveries }) => {
      const { news, repeats } = forged(deliveries);
      // A handler that accepts any forged delivery accepts this one too, which is the other rule's breach.
      if (news.some(({ status }) => isSuccess(status))) return { breaches: [], isSeen: false };
      return each(repeats, ({ status }) => (isSuccess(status) ? 'a forged repeat was acknowledged' : null));
    },
  },
  {
    id: 'delivery-unknown-type',
    title: 'acknowledges a delivery of an unknown type',
    level: 'must',
    why: 'new types are added; a rejected delivery is sent again and again',
    source: 'guide, webhooks',
    fix: 'answer 2xx to every genuine delivery, and ignore unknown types',
    needs: 'a delivery of an unknown type (revento sandbox trigger --unknown-type)',
    judge: (evidence) =>
      refusedAlone(evidence, ({ type }) => knownType(type) === undefined, 'a delivery of an unknown type'),
  },
  {
    id: 'delivery-null-event',
    title: 'accepts a delivery without an event',
    level: 'must',
    why: 'event_id and organization_id are null in deliveries about the whole integration',
    source: 'guide, webhooks',
    fix: 'check the type before you look up the event',
    needs: 'a delivery of integration.suspended (revento sandbox do suspend)',
    judge: (evidence) =>
      refusedAlone(
        evidence,
        ({ type, eventId }) => knownType(type) !== undefined && eventId === null,
        'a delivery without an event',
      ),
  },
  {
    id: 'snapshot-used',
    title: 'uses the resource in a delivery instead of an API request',
    level: 'note',
    why: 'the delivery contains the whole resource as of that time; a request counts against the limit and may be newer',
    source: 'guide, webhooks',
    fix: 'use the data field, and call the API only if the work is done much later',
    needs: act('a delivery contains the whole resource'),
    judge: (evidence) =>
      onActs(evidence, ['snapshot'], (one) => {
        if (!during(one, evidence.deliveries).some(({ status }) => isSuccess(status))) return untested;
        const calls = during(one, evidence.apis).filter(({ path }) => path.endsWith('/participants'));
        return calls.length === 0
          ? null
          : { what: 'the participants were read after a delivery', shown: [one, ...calls] };
      }),
  },
  {
    id: 'webhook-check',
    title: 'passes every other case of webhook check',
    level: 'must',
    why: 'each case is a request that Revento, a network or an attacker can send',
    source: 'guide, webhooks',
    fix: 'run: revento webhook check',
    needs: act('every case of webhook check'),
    judge: (evidence) => {
      const ruling = onActs(evidence, ['webhook-check'], ({ facts }) =>
        (facts['failed'] ?? '') === '' ? null : `failed: ${facts['failed']}`,
      );
      // A breach of a rule above also fails this case, and that rule says more about it.
      const isExplained = deliveryRules.some(
        ({ id, judge }) => id.startsWith('delivery-') && judge(evidence).breaches.length > 0,
      );
      return isExplained ? { breaches: [], isSeen: false } : ruling;
    },
  },
];

/** Deliveries that a good handler acknowledges; a rotation is judged by a rule of its own. */
function genuine({ deliveries }: Evidence): readonly DeliverySeen[] {
  const harmless = [null, 'drop', 'twice', 'slow'];
  return deliveries.filter(({ fault, signedWith }) => harmless.includes(fault) && signedWith === 'only');
}

/** Those that no earlier one of the same id was acknowledged before. */
function firsts(evidence: Evidence): readonly DeliverySeen[] {
  const known = new Set<string>();
  return genuine(evidence).filter(({ id, status }) => {
    if (known.has(id)) return false;
    if (isSuccess(status)) known.add(id);
    return true;
  });
}

/**
 * A predicate on deliveries: whether a refusal shows anything. A handler that has acknowledged some with an earlier secret
 * may not have the new one yet.
 */
function toldSecrets(evidence: Evidence): (one: DeliverySeen) => boolean {
  const since = new Map<string, number>();
  for (const { secret, status, number } of genuine(evidence)) {
    if (isSuccess(status) && !since.has(secret)) since.set(secret, number);
  }
  const first = Math.min(...since.values());
  return ({ secret, status, number }) =>
    isSuccess(status) || number < first || number > (since.get(secret) ?? Number.POSITIVE_INFINITY);
}

/** A ruling on answers: other failures may be those of a handler that is not running yet. */
function answered(deliveries: readonly DeliverySeen[], what: string, wrong: readonly number[]): Ruling {
  return each(
    deliveries.filter(({ status }) => isSuccess(status) || wrong.includes(status ?? 0)),
    ({ status }) => (wrong.includes(status ?? 0) ? `${what} was answered ${status}` : null),
  );
}

/** Forged ones that were answered: with the id of a delivery that was acknowledged before, and with a new one. */
function forged(deliveries: readonly DeliverySeen[]) {
  const known = groups(deliveries, ({ id, fault, status }) => (fault === null && isSuccess(status) ? id : null));
  const isKnown = ({ id, startMs }: DeliverySeen) => (known.get(id) ?? []).some(({ endMs }) => endMs <= startMs);
  const all = deliveries.filter(({ fault, status }) => fault === 'signature' && status !== null);
  return { repeats: all.filter(isKnown), news: all.filter((one) => !isKnown(one)) };
}

/** A ruling on some deliveries that a handler refuses or fails at, while it acknowledges others before and after. */
function refusedAlone(evidence: Evidence, isSuch: (one: DeliverySeen) => boolean, what: string): Ruling {
  const isWellAround = wellAround(evidence);
  const taken = new Set(genuine(evidence).flatMap(({ id, status }) => (isSuccess(status) ? [id] : [])));
  return each(
    genuine(evidence).filter((one) => isSuch(one) && one.status !== null && !frontStatuses.includes(one.status)),
    (one) => {
      if (isSuccess(one.status) || !isWellAround(one)) return null;
      // A delivery that is accepted when it is repeated failed for another reason.
      return taken.has(one.id) ? null : `${what} was answered ${one.status}`;
    },
  );
}

/** A test of deliveries: whether the handler acknowledged other ones before and after one. */
function wellAround(evidence: Evidence): (one: DeliverySeen) => boolean {
  const taken = genuine(evidence).filter(({ status }) => isSuccess(status));
  return ({ id, number }) => {
    const [first, last] = [taken.find((one) => one.id !== id), taken.findLast((one) => one.id !== id)];
    return first !== undefined && last !== undefined && first.number < number && last.number > number;
  };
}

/** Of a known type, and about an event. */
function isUsual({ type, eventId }: DeliverySeen): boolean {
  return knownType(type) !== undefined && eventId !== null;
}

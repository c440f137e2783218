import type { DeliverySeen, Evidence } from '../evidence.ts';
import { each, groups, type Rule, type Ruling } from '../rule.ts';

const answerLimitMs = 10_000;
/** Faults after which a delivery must not be acknowledged. */
const staleFaults = ['stale', 'future'];
/** What something in front of the handler answers, not the handler. */
const frontStatuses = [429, 502, 503, 504];

/** How an integration answers deliveries. */
export const deliveryRules: readonly Rule[] = [
  {
    id: 'delivery-in-time',
    title: 'answers a delivery within 10 seconds',
    level: 'must',
    why: 'a late answer counts as none: the delivery comes again and is worked twice',
    source: 'guide, webhooks',
    fix: 'answer 2xx as soon as the delivery is stored, and do the work afterward',
    needs: 'a delivery',
    judge: (evidence) =>
      each(
        evidence.deliveries.filter(({ status, ms }) => status !== null || ms >= answerLimitMs - 50),
        ({ status, ms }) => (status === null ? `no answer within ${Math.round(ms / 1000)} s` : null),
      ),
  },
  {
    id: 'delivery-accepted',
    title: 'acknowledges a valid delivery',
    level: 'must',
    why: 'a delivery that is refused comes again and again, and is lost in the end',
    source: 'guide, webhooks',
    fix: 'verify the signature over the raw bytes, with the signing secret of this environment; run: revento webhook check',
    needs: 'a delivery',
    judge: (evidence) => answered(firsts(evidence), 'a valid delivery', [400, 401, 403, 422]),
  },
  {
    id: 'delivery-direct',
    title: 'answers a delivery itself, without a redirect',
    level: 'must',
    why: 'a redirect is not followed, so the delivery never arrives',
    source: 'guide, webhooks',
    fix: 'register the URL that the redirect leads to, scheme and trailing slash included',
    needs: 'a delivery',
    judge: (evidence) => answered(firsts(evidence), 'a delivery', [301, 302, 303, 307, 308]),
  },
  {
    id: 'delivery-repeat',
    title: 'acknowledges a repeated delivery',
    level: 'must',
    why: 'deliveries come at least once; a repeat that is refused is sent again and again',
    source: 'guide, webhooks',
    fix: 'look the delivery id up after verifying, and answer 2xx when it is known',
    needs: 'a repeated delivery (revento sandbox redeliver)',
    judge: (evidence) => {
      const repeats = [...groups(genuine(evidence), ({ id }) => id).values()].flatMap((same) => {
        const first = same.find(({ status }) => isSuccess(status));
        return first === undefined
          ? []
          : same.filter((one) => one !== first && one.startMs >= first.endMs && one.status !== null);
      });
      return each(repeats, ({ status }) =>
        isSuccess(status) || frontStatuses.includes(status ?? 0) ? null : `the repeat was answered ${status}`,
      );
    },
  },
  {
    id: 'delivery-forged',
    title: 'refuses a forged signature',
    level: 'must',
    why: 'anybody who knows the URL can send it anything',
    source: 'guide, verifying signatures',
    fix: 'compare the signature in constant time, and answer 401 before anything else is done',
    needs: 'a forged delivery (revento sandbox fault webhook:signature)',
    judge: ({ deliveries }) =>
      each(
        deliveries.filter(({ fault, status }) => fault === 'signature' && status !== null),
        ({ status }) => (isSuccess(status) ? 'a forged delivery was acknowledged' : null),
      ),
  },
  {
    id: 'delivery-stale',
    title: 'refuses a timestamp that is off by an hour',
    level: 'must',
    why: 'who recorded a delivery could send it again forever',
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
    judge: ({ deliveries }) =>
      answered(
        deliveries.filter(({ fault, signedWith }) => fault === null && signedWith !== 'only'),
        'a delivery signed with one of the two secrets',
        [401, 403],
      ),
  },
];

function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

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

/** A ruling on answers: other failures may be those of a handler that is not running yet. */
function answered(deliveries: readonly DeliverySeen[], what: string, wrong: readonly number[]): Ruling {
  return each(
    deliveries.filter(({ status }) => isSuccess(status) || wrong.includes(status ?? 0)),
    ({ status }) => (wrong.includes(status ?? 0) ? `${what} was answered ${status}` : null),
  );
}

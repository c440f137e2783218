import { randomUUID } from 'node:crypto';
import { isSuccess } from '../../http/status.ts';
import { type Answer, allAcknowledged, describeAnswer, isRefusal, type Judgment, refused } from './answer.ts';
import type { Bench, Parts } from './bench.ts';
import type { ConformanceCase } from './case.ts';

const rememberLate =
  'verify first; look up and store a delivery id only after that, and store it once the work is done';

/** What a handler does with delivery ids it has seen, genuine and forged. */
export const deliveryIds: readonly ConformanceCase[] = [
  {
    id: 'duplicate',
    title: 'acknowledges a delivery that arrives twice',
    sent: 'the same delivery id and body twice, signed again the second time',
    wanted: '2xx both times',
    why: 'deliveries arrive at least once; a repeat that is not acknowledged may be repeated again',
    fix: 'remember delivery ids, and acknowledge a known one without processing it again',
    run: async (bench) => {
      const parts = newDelivery(bench);
      const first = await bench.sendValid(bench.make(parts));
      return allAcknowledged([first, await bench.sendValid(bench.make(retryOf(parts, bench)))]);
    },
  },
  {
    id: 'forged-twice',
    title: 'refuses a forged delivery that arrives twice',
    sent: 'a delivery with a false signature under a new delivery id, twice',
    wanted: '401 both times',
    why: 'a handler that stores the id before verifying takes the second one for a known delivery',
    fix: rememberLate,
    run: async (bench) => {
      const parts = { ...newDelivery(bench), signature: falseSignature };
      const answers = [await bench.send(bench.make(parts)), await bench.send(bench.make(parts))];
      return allRefused(answers);
    },
  },
  {
    id: 'forged-known-id',
    title: 'refuses a forged delivery under a known delivery id',
    sent: 'a valid delivery, then another body with a false signature under the same delivery id',
    wanted: '2xx, then 401',
    why: 'a handler that looks the id up before verifying tells a forger that its delivery was accepted',
    fix: rememberLate,
    run: async (bench) => {
      const parts = newDelivery(bench);
      const first = await bench.sendValid(bench.make(parts));
      const forged = { ...newDelivery(bench), deliveryId: parts.deliveryId, signature: falseSignature };
      const second = await bench.send(bench.make(forged));
      const got = `${describeAnswer(first)}, then ${describeAnswer(second)}`;
      return { outcome: refused(second).outcome, got, answer: second };
    },
  },
  {
    id: 'retry',
    title: 'processes a genuine delivery whose id a forger used first',
    sent: 'a delivery with a false signature, then a valid one under the same delivery id',
    wanted: '401, then 2xx, answered as a new delivery',
    why: 'a handler that stores ids before verifying lets a forger suppress genuine deliveries',
    fix: rememberLate,
    run: retryAfterForgery,
  },
];

const falseSignature = `sha256=${'0'.repeat(64)}`;

function newDelivery(bench: Bench): Parts & { readonly deliveryId: string } {
  return { deliveryId: randomUUID(), text: JSON.stringify(bench.envelope()) };
}

/** The same delivery under a fresh timestamp, as a retry has it. */
function retryOf(parts: Parts, bench: Bench): Parts {
  return { ...parts, timestamp: bench.secondsFromNow(-1) };
}

function allRefused(answers: readonly Answer[]): Judgment {
  const judgments = answers.map(refused);
  const wrong = judgments.find(({ outcome }) => outcome !== 'pass');
  const got = answers.map(describeAnswer).join(', then ');
  return { outcome: wrong?.outcome ?? 'pass', got, ...(answers[0] && { answer: answers[0] }) };
}

/**
 * A handler may store the forger's id and acknowledge the genuine delivery as a repeat, without processing it. That
 * shows only where it answers repeats differently from new deliveries, so three answers are compared.
 */
async function retryAfterForgery(bench: Bench): Promise<Judgment> {
  const known = newDelivery(bench);
  const fresh = [await bench.sendValid(bench.make(known)), await bench.sendValid(bench.make())] as const;
  const repeated = await bench.sendValid(bench.make(retryOf(known, bench)));
  const parts = newDelivery(bench);
  const forged = await bench.send(bench.make({ ...parts, signature: falseSignature }));
  const genuine = await bench.sendValid(bench.make(parts));
  const got = `${describeAnswer(forged)}, then ${describeAnswer(genuine)}`;
  if (forged.isFront || genuine.isFront) return { outcome: 'skip', got };
  if (!isRefusal(forged) || !isSuccess(genuine.status)) return { outcome: 'fail', got };
  const isTelling = isAlike(fresh[0], fresh[1]) && !isAlike(fresh[0], repeated);
  if (isTelling && isAlike(genuine, repeated) && !isAlike(genuine, fresh[0])) {
    return { outcome: 'fail', got: `${got}, which is how it answers a repeated delivery: it was not processed` };
  }
  return { outcome: 'pass', got, answer: forged };
}

/** Whether two answers say the same, apart from ids and numbers, which differ between deliveries. */
function isAlike(one: Answer, other: Answer): boolean {
  return one.status === other.status && withoutIds(one.text) === withoutIds(other.text);
}

function withoutIds(text: string): string {
  return text.replace(/evt_delivery_\w+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\d.:TZ+-]*\d[\d.:TZ+-]*/gi, '#');
}

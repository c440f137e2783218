import { randomUUID } from 'node:crypto';
import { acknowledged, type ConformanceCase, describeAnswer, type Judgement, refused } from './bench.ts';
import { accepts } from './case.ts';

/** All of the answers are to be 2xx; the first that is not is told. */
function allAcknowledged(answers: readonly Parameters<typeof acknowledged>[0][]): Judgement {
  const judgements = answers.map(acknowledged);
  const failed = judgements.find(({ outcome }) => outcome !== 'pass');
  const all = answers.map(describeAnswer);
  return failed === undefined
    ? { outcome: 'pass', got: [...new Set(all)].join(', ') }
    : {
        outcome: 'fail',
        got: answers.length > 3 ? `${failed.got} among ${answers.length} answers` : all.join(', then '),
      };
}

/** Cases of several deliveries, and the look back. The last two judge the whole run, so they stay last. */
export const sequences: readonly ConformanceCase[] = [
  {
    id: 'duplicate',
    title: 'acknowledges a delivery that comes twice',
    sent: 'the same delivery id and body twice, the second time with a fresh signature',
    wanted: '2xx both times',
    why: 'Revento repeats what it thinks was lost; an error on the second makes it repeat for hours',
    fix: 'remember delivery ids, and acknowledge a known one without working again',
    run: async (bench) => {
      const parts = { deliveryId: randomUUID(), text: JSON.stringify(bench.envelope()) };
      const first = await bench.sendValid(bench.make(parts));
      const timestamp = String(bench.nowSeconds - 1);
      return allAcknowledged([first, await bench.sendValid(bench.make({ ...parts, timestamp }))]);
    },
  },
  {
    id: 'retry',
    title: 'acknowledges the retry of a delivery it has refused',
    sent: 'a delivery with a false signature, then the same delivery id rightly signed',
    wanted: '401, then 2xx',
    why: 'whoever remembers delivery ids before verifying lets a forger use up the ids of genuine deliveries',
    fix: 'remember a delivery id only once the delivery is verified and worked on',
    run: async (bench) => {
      const parts = { deliveryId: randomUUID(), text: JSON.stringify(bench.envelope()) };
      const first = await bench.send(bench.make({ ...parts, signature: `sha256=${'0'.repeat(64)}` }));
      const second = await bench.sendValid(bench.make(parts));
      const got = `${describeAnswer(first)}, then ${describeAnswer(second)}`;
      const isRefused = refused(first).outcome !== 'fail';
      return { outcome: isRefused && acknowledged(second).outcome === 'pass' ? 'pass' : 'fail', got };
    },
  },
  {
    id: 'out-of-order',
    title: 'acknowledges an older event after a newer one',
    sent: 'two events of one application, the one that happened later first',
    wanted: '2xx both times',
    why: 'retries overtake each other; order is nowhere promised',
    fix: 'compare occurred_at with what you hold, and keep the newer',
    run: async (bench) => {
      const older = new Date((bench.nowSeconds - 60) * 1000).toISOString();
      const text = JSON.stringify({ ...bench.envelope(), occurred_at: older });
      return allAcknowledged([await bench.sendValid(bench.make()), await bench.sendValid(bench.make({ text }))]);
    },
  },
  {
    id: 'twenty-at-once',
    title: 'acknowledges twenty deliveries at once',
    sent: 'twenty right deliveries at the same moment',
    wanted: '2xx each time',
    why: 'an organizer who approves twenty applications causes twenty deliveries',
    fix: 'acknowledge first and do the work afterwards; check pools, locks and rate limits on this route',
    run: async (bench) => {
      const deliveries = Array.from({ length: 20 }, () => bench.make());
      return allAcknowledged(await Promise.all(deliveries.map((delivery) => bench.sendValid(delivery))));
    },
  },
  {
    id: 'not-json',
    title: 'survives a signed body that is not JSON',
    sent: 'a rightly signed text',
    wanted: '2xx or 4xx',
    why: 'an unhandled parse error is a crash',
    fix: 'catch the parse error and answer 400',
    run: async (bench) => {
      const answer = await bench.send(bench.make({ text: 'not json' }));
      const isSurvived = answer.status !== null && answer.status < 500;
      return { outcome: isSurvived ? 'pass' : 'fail', got: describeAnswer(answer) };
    },
  },
  {
    id: 'answers-in-time',
    title: 'has answered within 10 seconds all along',
    sent: 'nothing: this looks back at every delivery that was to be acknowledged',
    wanted: 'the slowest answer under 10 s',
    why: 'Revento stops waiting then and sends the delivery again, though it was worked on',
    fix: 'acknowledge first and do the work afterwards',
    run: async ({ slowestMs, patienceMs }) => ({
      outcome: slowestMs < patienceMs ? (slowestMs < patienceMs / 2 ? 'pass' : 'warn') : 'fail',
      got: `the slowest took ${slowestMs < 1000 ? `${Math.round(slowestMs)} ms` : `${(slowestMs / 1000).toFixed(1)} s`}`,
    }),
  },
  accepts(
    {
      id: 'healthy-afterwards',
      title: 'still works after all this',
      sent: 'one more right delivery',
      why: 'something in this run has left it broken',
      fix: 'run with --only and the cases before this one to find out which',
    },
    (bench) => bench.make(),
  ),
];

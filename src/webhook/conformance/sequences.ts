import { isSuccess } from '../../http/status.ts';
import { allAcknowledged, describeAnswer, type Judgment } from './answer.ts';
import type { Bench } from './bench.ts';
import { accepts, type ConformanceCase } from './case.ts';
import { isFromFront } from './front.ts';

/** Cases of several deliveries; the reviews of the whole run come last. */
export const sequences: readonly ConformanceCase[] = [
  {
    id: 'out-of-order',
    title: 'acknowledges an older event after a newer one',
    sent: 'two events of one application, the one that happened later first',
    wanted: '2xx both times',
    why: 'retries overtake each other; the order of deliveries is not guaranteed',
    fix: 'compare occurred_at with the stored one, and keep the newer',
    run: async (bench) => {
      const older = new Date((bench.nowSeconds - 60) * 1000).toISOString();
      const text = JSON.stringify({ ...bench.envelope(), occurred_at: older });
      return allAcknowledged([await bench.sendValid(bench.make()), await bench.sendValid(bench.make({ text }))]);
    },
  },
  {
    id: 'twenty-at-once',
    title: 'acknowledges twenty deliveries at once',
    sent: 'twenty valid deliveries at the same moment',
    wanted: '2xx each time',
    why: 'an organizer who approves twenty applications causes twenty deliveries',
    fix: 'acknowledge first and do the work afterward; check pools, locks and rate limits on this route',
    run: sendTwenty,
  },
  {
    id: 'not-json',
    title: 'survives a signed body that is not JSON',
    sent: 'a correctly signed text',
    wanted: '2xx or 4xx',
    why: 'an unhandled parse error is a crash',
    fix: 'catch the parse error and answer 400',
    run: async (bench) => {
      const answer = await bench.send(bench.make({ text: 'not json' }));
      if (answer.isFront) return { outcome: 'skip', got: describeAnswer(answer) };
      const isSurvived = answer.status !== null && answer.status < 500;
      return { outcome: isSurvived ? 'pass' : 'fail', got: describeAnswer(answer) };
    },
  },
  {
    id: 'answers-in-time',
    title: 'answers within 10 seconds in the whole run',
    sent: 'nothing: this reviews every delivery that had to be acknowledged',
    wanted: 'the slowest answer under 10 s',
    why: 'Revento stops waiting after 10 s and may send the delivery again, although it was processed',
    fix: 'acknowledge first and do the work afterward',
    run: async ({ slowestMs, patienceMs }) => ({
      outcome: slowestMs < patienceMs ? (slowestMs < patienceMs / 2 ? 'pass' : 'warn') : 'fail',
      got: `the slowest took ${slowestMs < 1000 ? `${Math.round(slowestMs)} ms` : `${(slowestMs / 1000).toFixed(1)} s`}`,
    }),
  },
  accepts(
    {
      id: 'healthy-afterwards',
      title: 'still works after all this',
      sent: 'one more valid delivery',
      why: 'an earlier case of this run broke it',
      fix: 'run with --only and the cases before this one to find out which',
    },
    (bench) => bench.make(),
  ),
];

/** Revento retries deliveries that a proxy in front refused, so this is a warning, not a failure. */
async function sendTwenty(bench: Bench): Promise<Judgment> {
  const deliveries = Array.from({ length: 20 }, () => bench.make());
  const answers = await Promise.all(deliveries.map((delivery) => bench.sendOnce(delivery)));
  for (const { status, latencyMs } of answers) {
    if (isSuccess(status)) bench.slowestMs = Math.max(bench.slowestMs, latencyMs);
  }
  const judged = answers.filter((answer) => !isFromFront(answer));
  const judgment = allAcknowledged(judged);
  const [away] = answers.filter(isFromFront);
  if (away === undefined || judgment.outcome === 'fail') return judgment;
  const count = answers.length - judged.length;
  return {
    outcome: 'warn',
    got: `HTTP ${away.status} to ${count} of 20; Revento may send those again; if this is a rate limit, raise it`,
  };
}

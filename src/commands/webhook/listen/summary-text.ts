import { counted } from '../../../text/sentence.ts';
import { plainStyle, type Style } from '../../../text/style.ts';
import type { Summary, Tally } from '../../../webhook/listener/tally.ts';

/** The counts and the latency of handlers, on two lines if one would be too long. */
export function summaryText(tally: Tally, style: Style): string {
  const [median, slow] = [tally.percentile(0.5), tally.percentile(0.95)];
  const counts = countsText(tally.summary, style);
  if (median === null || slow === null) return counts;
  const latency = `latency p50 ${median} ms, p95 ${slow} ms`;
  const isOneLine = countsText(tally.summary, plainStyle()).length + latency.length + 2 <= style.width;
  return isOneLine ? `${counts}; ${latency}` : `${counts}\n${latency}`;
}

function countsText({ deliveries, verified, invalid, duplicates, forwarded, failed }: Summary, style: Style): string {
  return [
    `${style.bold(counted(deliveries, 'delivery', 'deliveries'))}: ${verified} verified`,
    `${invalid} invalid`,
    counted(duplicates, 'duplicate'),
    // Sent to a handler, whether or not it was acknowledged.
    failed === 0 ? `${forwarded} forwarded` : `${forwarded} forwarded (${style.red(`${failed} failed`)})`,
  ].join(', ');
}

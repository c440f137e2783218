import { spanWords } from '../../../pages/client/words.ts';
import type { Row } from '../../model/row.ts';
import { outcomeOf } from '../acts/sends.ts';
import { useStore } from '../context.ts';
import { msWords, timeWords } from '../format.ts';
import { SenderSide, useSender } from './sender.tsx';

interface Step {
  readonly atMs: number;
  /** Where it stands among the others, if not by its time. */
  readonly orderMs?: number;
  readonly what: string;
}

/** The timeline of all attempts. */
export function TimelineTab({ row }: { readonly row: Row }) {
  const store = useStore();
  const steps: Step[] = [];
  const happened = occurredAt(row);
  if (happened !== null) steps.push({ atMs: happened, what: 'happened (occurred_at of the body)' });
  for (const [at, one] of (store.group?.attempts ?? [row]).entries()) {
    const { line, atMs } = one;
    const name = (store.group?.attempts.length ?? 1) > 1 ? `Attempt ${at + 1}: ` : '';
    const sent = Number(headerOf(one, 'x-revento-timestamp')) * 1000;
    if (sent > 0) {
      // Somewhere in that second, and before it arrived: after what happened in the same second.
      const orderMs = Math.max(sent, Math.min(sent + 999, atMs));
      steps.push({ atMs: sent, orderMs, what: `${name}signed by the sender (X-Revento-Timestamp, whole seconds)` });
    }
    steps.push({ atMs, what: `${name}received and ${line.verified ? 'verified' : `not verified (${line.reason})`}` });
    for (const { url, status, error, latency_ms: ms } of line.forward) {
      steps.push({ atMs, what: `${name}forwarded to ${url}` });
      steps.push({ atMs: atMs + ms, what: `${name}${url} answered ${status ?? error} after ${msWords(ms)}` });
    }
    const answered = atMs + Math.max(0, ...line.forward.map(({ latency_ms: ms }) => ms));
    steps.push({ atMs: answered, what: `${name}the sender was answered ${line.reply_status}` });
  }
  for (const sent of store.sends.of(row.id)) {
    steps.push({ atMs: sent.atMs, what: `sent from this page, ${sent.how}: ${outcomeOf(sent).text}` });
  }
  steps.sort((a, b) => (a.orderMs ?? a.atMs) - (b.orderMs ?? b.atMs));
  const { record, problem } = useSender(row);
  return (
    <>
      <ol class="timeline">
        {steps.map(({ atMs, what }, at) => (
          <li key={`${atMs}-${what}`}>
            <time dateTime={new Date(atMs).toISOString()}>{timeWords(atMs)}</time>
            <span>{what}</span>
            <small>{gap(steps[at - 1]?.atMs, atMs)}</small>
          </li>
        ))}
      </ol>
      {problem !== null && <p class="problem">{problem}</p>}
      {record !== null && <SenderSide record={record} arrived={(store.group?.attempts ?? [row]).length} />}
    </>
  );
}

function gap(beforeMs: number | undefined, atMs: number): string {
  if (beforeMs === undefined || atMs < beforeMs) return '';
  const ms = atMs - beforeMs;
  return `+${ms < 10_000 ? msWords(ms) : spanWords(ms)}`;
}

function headerOf({ line }: Row, name: string): string {
  return [line.headers[name] ?? ''].flat()[0] ?? '';
}

function occurredAt({ line }: Row): number | null {
  try {
    const { occurred_at: text } = JSON.parse(line.body ?? '') as { readonly occurred_at?: unknown };
    const at = typeof text === 'string' ? Date.parse(text) : Number.NaN;
    return Number.isNaN(at) ? null : at;
  } catch {
    return null;
  }
}

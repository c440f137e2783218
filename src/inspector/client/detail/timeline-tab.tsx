import { useEffect, useState } from 'preact/hooks';
import type { Row } from '../../model/row.ts';
import type { SenderRecord } from '../../model/wire.ts';
import { outcomeOf } from '../acts/sends.ts';
import { useStore } from '../context.ts';
import { ageWords, countWords, msWords, timeWords } from '../format.ts';

/** What happened when, in its order, over all attempts. */
export function TimelineTab({ row }: { readonly row: Row }) {
  const store = useStore();
  const steps: { readonly atMs: number; readonly what: string }[] = [];
  const happened = occurredAt(row);
  if (happened !== null) steps.push({ atMs: happened, what: 'It happened (occurred_at of the body)' });
  for (const [at, one] of (store.group?.attempts ?? [row]).entries()) {
    const { line, atMs } = one;
    const name = (store.group?.attempts.length ?? 1) > 1 ? `Attempt ${at + 1}: ` : '';
    const sent = Number(headerOf(one, 'x-revento-timestamp')) * 1000;
    if (sent > 0) steps.push({ atMs: sent, what: `${name}signed by the sender (X-Revento-Timestamp, whole seconds)` });
    steps.push({ atMs, what: `${name}received and ${line.verified ? 'verified' : `not verified (${line.reason})`}` });
    for (const { url, status, error, latency_ms: ms } of line.forward) {
      steps.push({ atMs: atMs + ms, what: `${name}${url} answered ${status ?? error} after ${msWords(ms)}` });
    }
    const answered = atMs + Math.max(0, ...line.forward.map(({ latency_ms: ms }) => ms));
    steps.push({ atMs: answered, what: `${name}the sender was answered ${line.reply_status}` });
  }
  for (const sent of store.sends.of(row.id)) {
    steps.push({ atMs: sent.atMs, what: `Sent from this page, ${sent.how}: ${outcomeOf(sent).text}` });
  }
  steps.sort((a, b) => a.atMs - b.atMs);
  const sender = useSender(row);
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
      {sender !== null && <SenderSide record={sender} arrived={(store.group?.attempts ?? [row]).length} />}
    </>
  );
}

/** What the sandbox sent, beside what arrived here. */
function SenderSide({ record, arrived }: { readonly record: SenderRecord; readonly arrived: number }) {
  const { attempts, state, next_attempt_at: next } = record;
  const words = { pending: 'not acknowledged yet', delivered: 'acknowledged', dead: 'given up' }[state];
  const missing = attempts.length - arrived;
  return (
    <section class={state === 'delivered' ? 'good' : 'bad'}>
      <h3>What the sandbox sent</h3>
      <p>
        <b class="verdict">{words}</b> after {countWords(attempts.length, 'attempt', 'attempts')}; {arrived} arrived
        here
        {missing > 0 && `, ${missing} did not`}.
        {next !== null && ` The next one is due at ${timeWords(Date.parse(next))}.`}
      </p>
      <table class="pairs">
        <caption class="unseen">Attempts of the sandbox</caption>
        <tbody>
          {attempts.map(({ at, status, ms, error, signed_with: secret }, index) => (
            <tr key={`${at}-${index}`}>
              <th scope="row">
                Attempt {index + 1}, {timeWords(Date.parse(at))}
              </th>
              <td>
                {status ?? 'no answer'} after {msWords(ms)}, signed with the {secret} secret
                {error === null ? '' : `: ${error}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What the sender says; asked again when another attempt arrives. Null where nobody tells. */
function useSender(row: Row): SenderRecord | null {
  const { api, group } = useStore();
  const [record, setRecord] = useState<SenderRecord | null>(null);
  useEffect(() => {
    let isWanted = true;
    setRecord(null);
    api.sender(row.id).then(
      (found) => isWanted && setRecord(found),
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [row.id, group?.attempts.length]);
  return record;
}

function gap(beforeMs: number | undefined, atMs: number): string {
  if (beforeMs === undefined) return '';
  const ms = atMs - beforeMs;
  return `+${ms < 10_000 ? msWords(ms) : ageWords(ms)}`;
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

import type { Row } from '../../model/row.ts';
import type { AnswerView, DeliveryView } from '../../model/wire.ts';
import { useStore } from '../context.ts';
import { msWords, timeWords } from '../format.ts';
import { Pairs } from './headers-tab.tsx';

/** What the handlers answered, and to replays from this page. */
export function AnswerTab({ row, view }: { readonly row: Row; readonly view: DeliveryView | null }) {
  const { replays } = useStore();
  const again = replays.get(row.id) ?? [];
  const answers = view?.answers ?? [];
  const { line } = row;
  return (
    <>
      {[...again].reverse().map(({ atMs, isResigned, answer }) => (
        <Answer
          key={atMs}
          answer={answer}
          title={`Replay at ${timeWords(atMs)}, ${isResigned ? 'signed again' : 'as it came'}`}
        />
      ))}
      {answers.map((answer) => (
        <Answer key={answer.url} answer={answer} title="Handler" />
      ))}
      {answers.length === 0 &&
        line.forward.map(({ url, status, latency_ms: ms, error }) => (
          <p key={url}>
            {url} answered <b>{status ?? error}</b> after {msWords(ms)}.
          </p>
        ))}
      <p class="aside">The sender was answered {line.reply_status}.</p>
    </>
  );
}

function Answer({ answer, title }: { readonly answer: AnswerView; readonly title: string }) {
  const { url, status, latency_ms: ms, error, hint, headers, body, body_bytes: bytes, is_body_cut: isCut } = answer;
  const isGood = status !== null && status >= 200 && status < 300;
  return (
    <section class={`answer ${isGood ? 'good' : 'bad'}`}>
      <h3>{title}</h3>
      <p class="facts">
        <b class="verdict">
          <span class="mark" aria-hidden="true">
            {isGood ? '✓' : '!'}
          </span>
          {status ?? `no answer (${error})`}
        </b>
        <span>{msWords(ms)}</span>
        <code>{url}</code>
      </p>
      {hint !== null && <p class="hint">{hint}</p>}
      {headers.length > 0 && <Pairs caption="Headers of the answer" rows={headers} />}
      {bytes > 0 && <pre>{body ?? `(${bytes} bytes that are not text)`}</pre>}
      {isCut && <p class="aside">The answer is longer; only its beginning is kept.</p>}
    </section>
  );
}

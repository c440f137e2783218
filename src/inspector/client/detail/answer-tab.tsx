import type { Row } from '../../model/row.ts';
import type { DeliveryView } from '../../model/wire.ts';
import { useStore } from '../context.ts';
import { msWords } from '../format.ts';
import { Answer, SentAnswers } from './answer.tsx';

/** The answers of the handlers, to the delivery and to requests sent from this page. */
export function AnswerTab({ row, view }: { readonly row: Row; readonly view: DeliveryView | null }) {
  const { sends } = useStore();
  const answers = view?.answers ?? [];
  const { line } = row;
  return (
    <>
      {[...sends.of(row.id)].reverse().map((sent) => (
        <SentAnswers key={sent.atMs} sent={sent} />
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
      {answers.length === 0 && line.forward.length === 0 && <p>{whyNobody(row)}</p>}
      <p class="aside">The sender was answered {line.reply_status}.</p>
    </>
  );
}

function whyNobody({ line }: Row): string {
  if (!line.verified) return 'It was not forwarded, because it failed verification.';
  if (line.duplicate) return 'It was not forwarded again, because it was acknowledged before.';
  return 'It was not forwarded: no handler is configured for this type.';
}

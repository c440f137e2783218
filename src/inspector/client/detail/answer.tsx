import { sentence } from '../../../text/sentence.ts';
import type { AnswerView } from '../../model/wire.ts';
import { outcomeOf, type Sent } from '../acts/sends.ts';
import { msWords, timeWords } from '../format.ts';
import { Pairs } from './headers-tab.tsx';

/** Answers that are shown one by one; the others are only counted. */
const drawnAnswers = 5;

/** The result of sending once from this page. */
export function SentAnswers({ sent }: { readonly sent: Sent }) {
  const { atMs, how, view } = sent;
  const title = `Sent at ${timeWords(atMs)}, ${how}`;
  const { text, isGood } = outcomeOf(sent);
  const [first, ...more] = view.answers;
  if (first === undefined) return null;
  if (more.length === 0) return <Answer title={title} answer={first} isGood={isGood} says={isGood ? null : text} />;
  const slowest = Math.max(...view.answers.map(({ latency_ms: ms }) => ms));
  return (
    <section class={`answer ${isGood ? 'good' : 'bad'}`}>
      <h3>{title}</h3>
      <p class="facts">
        <b class="verdict">
          <Mark isGood={isGood} />
          {text}
        </b>
        <span>slowest {msWords(slowest)}</span>
      </p>
      <details>
        <summary>{view.answers.length > drawnAnswers ? `The first ${drawnAnswers}` : 'Each of them'}</summary>
        {view.answers.slice(0, drawnAnswers).map((answer, at) => (
          <Answer key={at} title={`Request ${at + 1}`} answer={answer} />
        ))}
      </details>
    </section>
  );
}

interface AnswerProps {
  readonly answer: AnswerView;
  readonly title: string;
  /** By default only 2xx is good. */
  readonly isGood?: boolean;
  readonly says?: string | null;
}

/** One answer of a handler. */
export function Answer({ answer, title, isGood = isAcknowledged(answer), says = null }: AnswerProps) {
  const { url, status, latency_ms: ms, error, hint, headers, body, body_bytes: bytes, is_body_cut: isCut } = answer;
  return (
    <section class={`answer ${isGood ? 'good' : 'bad'}`}>
      <h3>{title}</h3>
      <p class="facts">
        <b class="verdict">
          <Mark isGood={isGood} />
          {status ?? `no answer (${error})`}
        </b>
        <span>{msWords(ms)}</span>
        <code>{url}</code>
      </p>
      {says !== null && <p class="hint">{says}</p>}
      {hint !== null && <p class="hint">{sentence(hint)}</p>}
      {headers.length > 0 && <Pairs caption="Headers of the answer" rows={headers} />}
      {bytes > 0 && <pre>{body ?? `(${bytes} bytes that are not text)`}</pre>}
      {isCut && <p class="aside">The answer is longer; only its beginning is kept.</p>}
    </section>
  );
}

function Mark({ isGood }: { readonly isGood: boolean }) {
  return (
    <span class="mark" aria-hidden="true">
      {isGood ? '✓' : '!'}
    </span>
  );
}

function isAcknowledged({ status }: AnswerView): boolean {
  return status !== null && status >= 200 && status < 300;
}

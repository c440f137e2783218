import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { shellWord } from '../../../errors/shell-word.ts';
import type { HttpFailureKind } from '../../../http/failure.ts';
import type { Item } from '../../../output/item.ts';
import { counted } from '../../../text/sentence.ts';
import type { Recorded } from '../../../webhook/recorded-line.ts';
import {
  type AnswerDifference,
  answerDifferences,
  comparedHeaders,
} from '../../../webhook/sending/answer-difference.ts';
import type { Outgoing } from '../../../webhook/sending/outgoing.ts';
import { hintFor, reasonOf, type Sender, type Sent } from '../shared/send.ts';
import type { Comparison } from './against.ts';
import { whyRefused } from './choice.ts';
import { type Compared, comparedItem } from './compared-item.ts';

/** A recorded delivery as it is sent now. */
export interface Turn {
  readonly recorded: Recorded;
  readonly delivery: Outgoing;
}

interface CompareOptions extends Comparison {
  /** URL of the first handler. */
  readonly url: string;
  readonly sender: Sender;
  /** Null sends timestamps and signatures as recorded. */
  readonly secret: string | null;
}

/** Failures of a handler that got the delivery. Any other one means that no handler is there. */
const ofHandler: ReadonlySet<HttpFailureKind> = new Set(['timeout', 'reset', 'malformed', 'too_large']);

/**
 * Sends deliveries to two handlers, each to both at the same time, and compares the answers.
 *
 * @throws ReventoError `unmet` when answers differ; `failed` when a handler is not running, or neither answers
 */
export async function* compared(
  turns: AsyncIterable<Turn>,
  options: CompareOptions,
  deps: Deps,
): AsyncGenerator<Item, void> {
  const { url, against, sender } = options;
  const results: Compared[] = [];
  let rejected: Recorded | null = null;
  for await (const { recorded, delivery } of turns) {
    const [first, second] = await Promise.all([sender.send(url, delivery), sender.send(against, delivery)]);
    for (const sent of [first, second]) refuseDead(sent, deps.profile);
    const differences = await answerDifferences(first, second, options);
    const isUnanswered = first.status === null && second.status === null;
    const result = isUnanswered ? 'unanswered' : differences.length > 0 ? 'different' : 'same';
    const one: Compared = { result, to: first, against: second, differences, isFirst: results.length === 0 };
    results.push(one);
    yield comparedItem(one);
    if (first.status === 401 && second.status === 401 && recorded.invalid === null) rejected ??= recorded;
  }
  if (rejected !== null) deps.terminal.notice(rejectedNote(rejected, options, deps));
  const failure = failureOf(results);
  if (failure !== null) throw failure;
  const headers = [...new Set([...comparedHeaders, ...options.headers])].join(', ');
  yield { kind: 'note', text: `All answers are the same (compared: status, ${headers}, body).` };
}

/** A handler that is not running gives no answer to compare. */
function refuseDead(sent: Sent, profile: string): void {
  if (sent.error === null || ofHandler.has(sent.error)) return;
  throw new ReventoError('failed', `A handler got no delivery, so there is nothing to compare${reasonOf(sent)}.`, {
    hint: hintFor(sent, profile),
  });
}

/** Two handlers that reject everything are the same, but not what somebody wants to know. */
function rejectedNote(recorded: Recorded, { secret }: CompareOptions, deps: Deps): string {
  const why = secret === null ? whyRefused(recorded, deps) : null;
  return `warning: both handlers answered 401 to valid deliveries${why === null ? '; do they have another secret?' : `; ${why}`}`;
}

function failureOf(results: readonly Compared[]): ReventoError | null {
  const count = (wanted: Compared['result']) => results.filter(({ result }) => result === wanted).length;
  const of = `of ${counted(results.length, 'delivery', 'deliveries')}`;
  if (count('different') > 0) {
    const inBody = results.flatMap(({ differences }) => differences).find(isInBody);
    const hint = inBody && `if it differs between equal answers, add: --ignore ${shellWord(inBody.name ?? '')}`;
    return new ReventoError('unmet', `The handlers answered ${count('different')} ${of} differently.`, { hint });
  }
  if (count('unanswered') === 0) return null;
  return new ReventoError('failed', `Neither handler answered ${count('unanswered')} ${of}.`);
}

/** A member of a JSON body. */
function isInBody({ part, name }: AnswerDifference): boolean {
  return part === 'body' && name !== null && name !== '.';
}

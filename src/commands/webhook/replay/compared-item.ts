import { failureWords } from '../../../http/failure.ts';
import { type Item, valueItem } from '../../../output/item.ts';
import { plainLine } from '../../../text/plain-line.ts';
import type { Style } from '../../../text/style.ts';
import type { AnswerDifference } from '../../../webhook/sending/answer-difference.ts';
import type { Sent } from '../shared/send.ts';

/** The answers of two handlers to one delivery. */
export interface Compared {
  readonly result: 'same' | 'different' | 'unanswered';
  readonly to: Sent;
  readonly against: Sent;
  readonly differences: readonly AnswerDifference[];
  /** It comes below the heading of the table. */
  readonly isFirst: boolean;
}

/** A row of the table, with what differs below it. */
export function comparedItem(compared: Compared): Item {
  const { result, to, against, differences } = compared;
  const data = {
    delivery_id: to.deliveryId,
    event: to.event,
    result,
    to: answerData(to),
    against: answerData(against),
    differences: differences.map(({ part, name, to: first, against: second }) => ({
      part,
      name,
      to: first,
      against: second,
    })),
  };
  return valueItem(data, (style) => rowText(compared, style));
}

function answerData({ url, status, latencyMs, error }: Sent) {
  return { url, status, latency_ms: latencyMs, error };
}

const resultWidth = 'unanswered'.length;

function rowText({ result, to, against, differences, isFirst }: Compared, style: Style): string {
  const labels = labelsOf(to.url, against.url);
  const cell = (text: string, label: string) => text.padEnd(label.length);
  const color = result === 'same' ? style.green : style.red;
  const words = [to, against].map(({ status, error }, at) =>
    cell(status === null ? failureWords[error ?? 'unexpected'] : String(status), labels[at] ?? ''),
  );
  const row = [
    color(result.padEnd(resultWidth)),
    ...words,
    `${style.bold(to.event)} ${style.dim(`[${to.deliveryId}]`)}`,
  ];
  const lines = [row.join('  '), ...differences.map((one) => `  ${differenceText(one, style)}`)];
  const heading = [''.padEnd(resultWidth), ...labels, 'DELIVERY'].join('  ');
  return (isFirst ? [style.bold(heading), ...lines] : lines).join('\n');
}

/** The part of the URLs that tells the handlers apart. */
function labelsOf(to: string, against: string): readonly [string, string] {
  const [first, second] = [new URL(to), new URL(against)];
  return first.host === second.host ? [to, against] : [first.host, second.host];
}

const longest = 200;

function differenceText({ part, name, to, against }: AnswerDifference, style: Style): string {
  const what = name === null ? part : `${part} ${plainLine(name, longest)}`;
  const value = (text: string | null) => (text === null ? '(none)' : plainLine(text, longest));
  return `${style.dim(`${what}:`)} ${style.green(value(to))} → ${style.red(value(against))}`;
}

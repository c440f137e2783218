import type { Style } from '../text/style.ts';
import { type CheckResult, type Outcome, scoreLine, scoreOf } from './result.ts';

/** The word stands beside each mark, for readers who cannot see mark or color. All words are as wide. */
const marks: Readonly<Record<Outcome, string>> = { pass: '✓ pass', warn: '! warn', fail: '✗ fail', skip: '- skip' };

/**
 * A result for a terminal: one line for a pass, its particulars below otherwise.
 *
 * @param shown  wire names of the particulars to show; default all
 */
export function resultText(
  { id, title, outcome, got, particulars }: CheckResult,
  style: Style,
  shown: readonly string[] = particulars.map(([name]) => name),
): string {
  const mark = toned(outcome, marks[outcome], style);
  if (outcome === 'pass') return `${mark} ${title} ${style.dim(`(${id})`)}`;
  const head = `${mark} ${style.bold(title)} ${style.dim(`(${id})`)}`;
  if (outcome === 'skip') return `${head} not judged: ${got}`;
  const rows = particulars.filter(([name]) => shown.includes(name));
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(
    ([name, text]) => `    ${name.padEnd(width)}  ${name === 'got' ? toned(outcome, text, style) : text}`,
  );
  return [head, ...lines].join('\n');
}

/** The count of a run, after an empty line. */
export function scoreText(results: readonly CheckResult[], style: Style, noun?: string): string {
  const { failed, skipped } = scoreOf(results);
  return `\n${toned(failed > 0 ? 'fail' : skipped > 0 ? 'warn' : 'pass', scoreLine(results, noun), style)}`;
}

function toned(outcome: Outcome, text: string, style: Style): string {
  switch (outcome) {
    case 'pass':
      return style.green(text);
    case 'fail':
      return style.red(text);
    case 'warn':
    case 'skip':
      return style.yellow(text);
  }
}

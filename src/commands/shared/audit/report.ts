import type { CheckReport, CheckResult, Outcome } from '../../../checks/result.ts';
import type { AuditFinding } from '../../../sandbox/control/rows/audit.ts';
import { counted } from '../../../text/sentence.ts';
import type { Style } from '../../../text/style.ts';
import { indented } from '../../../text/wrap.ts';

const columns = 80;
/** Width of the names beside the particulars. */
const nameWidth = 8;

/** Rules that were broken before, so that they fail nothing now. */
export type Baseline = ReadonlySet<string>;

interface AuditReportOptions {
  readonly command: string;
  readonly baseline: Baseline;
  /** Default `revento.audit`. */
  readonly suite?: string;
}

/** The verdict as a report; `must` rules fail, others warn. */
export function auditReport(
  findings: readonly AuditFinding[],
  { command, baseline, suite = 'revento.audit' }: AuditReportOptions,
): CheckReport {
  const fixed = findings.filter(({ rule, verdict }) => baseline.has(rule) && verdict === 'held');
  return {
    command,
    suite,
    noun: 'rules',
    results: findings.map((finding) => resultOf(finding, baseline)),
    notes: fixed.map(({ rule }) => `${rule} is fixed: remove it from the baseline`),
  };
}

function resultOf(finding: AuditFinding, baseline: Baseline): CheckResult {
  const { rule, title, level, count, breaches, why, fix, source, needs, verdict } = finding;
  const got =
    verdict === 'broken'
      ? `${breaches[0]?.what ?? ''}${count > 1 ? ` (${count} times)` : ''}`
      : verdict === 'held'
        ? 'held'
        : `it needs ${needs}`;
  const shown = breaches.flatMap(({ requests }) => requests).map(({ number, line }) => `#${number} ${line}`);
  const evidence = [...new Set(shown)];
  return {
    id: rule,
    title,
    outcome: outcomeOf(finding, baseline),
    got,
    particulars: [
      ['level', baseline.has(rule) ? `${level}, known` : level],
      ['got', got],
      ...(evidence.length === 0 ? [] : ([['evidence', evidence.join('\n')]] as const)),
      ['why', why],
      ['fix', fix],
      ['source', source],
    ],
    durationMs: 0,
  };
}

function outcomeOf({ rule, verdict, level }: AuditFinding, baseline: Baseline): Outcome {
  if (verdict === 'held') return 'pass';
  if (verdict === 'not_seen') return 'skip';
  return level === 'must' && !baseline.has(rule) ? 'fail' : 'warn';
}

/**
 * The broken rules with all that is known of them, then the others by their ids. At most 80 columns wide.
 *
 * @param hasReasons  the rules that were not seen stand under what they need
 */
export function auditText({ results, notes }: CheckReport, style: Style, { hasReasons = false } = {}): string {
  const of = (outcome: Outcome) => results.filter((result) => result.outcome === outcome);
  const broken = [...of('fail'), ...of('warn')];
  return [
    ...broken.map((result) => brokenText(result, style)),
    ...(broken.length > 0 ? [''] : []),
    ...idsText('Held', of('pass')),
    ...(hasReasons ? reasonsText(of('skip')) : idsText('Not seen', of('skip'))),
    ...notes.map((note) => `note: ${note}`),
    '',
    scoreText(results, style),
  ].join('\n');
}

function brokenText({ title, id, outcome, particulars }: CheckResult, style: Style): string {
  const mark = outcome === 'fail' ? style.red('✗ broken') : style.yellow('! warning');
  const lines = particulars.flatMap(([name, text]) => {
    const [first = '', ...rest] = indented(text, nameWidth + 6, columns);
    return [`    ${name.padEnd(nameWidth)}  ${first.trimStart()}`, ...rest];
  });
  const own = `(${id})`;
  const isShort = `✗ broken ${title} ${own}`.length <= columns - 2;
  const heading = isShort
    ? [`${mark} ${style.bold(title)} ${style.dim(own)}`]
    : [`${mark} ${style.bold(title)}`, `    ${style.dim(own)}`];
  return [...heading, ...lines].join('\n');
}

function idsText(heading: string, results: readonly CheckResult[]): string[] {
  if (results.length === 0) return [];
  return [`${heading}:`, ...indented(idsOf(results), 2, columns)];
}

/** Ids, where cases of a rule are counted only. */
function idsOf(results: readonly CheckResult[]): string {
  const cases = results.filter(isCase).length;
  return [
    ...results.filter((result) => !isCase(result)).map(({ id }) => id),
    ...(cases > 0 ? [`${counted(cases, 'case')} of webhook check`] : []),
  ].join(', ');
}

/** Whether a result is one of several that make up a rule, such as `webhook-check:stale`. */
function isCase({ id }: CheckResult): boolean {
  return id.includes(':');
}

/** Rules by what they need. */
function reasonsText(results: readonly CheckResult[]): string[] {
  const reasons = [...new Set(results.map(({ got }) => got))];
  return reasons.flatMap((reason) => {
    const [first = '', ...rest] = indented(`Not seen: ${reason}:`, 0, columns);
    const own = results.filter(({ got }) => got === reason);
    return [first, ...rest, ...indented(idsOf(own), 2, columns)];
  });
}

/** Such as `12 rules held, 2 broken, 36 not seen`; cases are those of a rule, and not counted again. */
function scoreText(results: readonly CheckResult[], style: Style): string {
  const rules = results.filter((result) => !isCase(result));
  const count = (outcome: Outcome) => rules.filter((result) => result.outcome === outcome).length;
  const failed = count('fail');
  const warned = results.filter(({ outcome }) => outcome === 'warn').length;
  const parts = [
    `${counted(count('pass'), 'rule')} held`,
    `${failed} broken`,
    ...(warned > 0 ? [counted(warned, 'warning')] : []),
    `${count('skip')} not seen`,
  ];
  const text = parts.join(', ');
  return failed > 0 ? style.red(text) : warned > 0 ? style.yellow(text) : style.green(text);
}

import { scoreOf } from '../../../checks/result.ts';
import type { CommandModule } from '../../../command-kit/command.ts';
import type { GlobalOptions } from '../../../command-kit/globals.ts';
import { exitStatus } from '../../../errors/revento-error.ts';
import { valueItem } from '../../../output/item.ts';
import type { Rule } from '../../../sandbox/audit/rule.ts';
import { readBaseline } from '../../shared/audit/baseline.ts';
import { findingLines } from '../../shared/audit/bytes.ts';
import { explained } from '../../shared/audit/explained.ts';
import { auditReport, auditText } from '../../shared/audit/report.ts';
import { chosenRules } from '../../shared/audit/rules.ts';
import { type ReportFormat, reportForm, reportFormats, reportItem, textItem } from '../../shared/report-form.ts';
import { askSandbox } from '../../shared/sandbox/remote.ts';

interface SandboxAuditOptions extends GlobalOptions {
  readonly format?: ReportFormat;
  readonly only?: string;
  readonly list?: boolean;
  readonly explain?: string;
  readonly baseline?: string;
}

/** `revento sandbox audit`: judges what integrations did at the running sandbox; exit 3 when they broke a `must` rule. */
export const sandboxAudit: CommandModule<SandboxAuditOptions> = {
  declare: (command) =>
    command
      .addOption(command.createOption('--format <format>', 'format of the report').choices(reportFormats))
      .option('--only <ids>', 'check only these rules, separated by commas')
      .option('--baseline <file>', 'an earlier report (--format json): rules broken there do not fail this run')
      .option('--list', 'list the rules, without a sandbox')
      .option('--explain <rule>', 'explain a rule: what it requires and why, without a sandbox')
      .addHelpText(
        'after',
        '\nA rule is held, broken, or not seen: nothing happened that tests it. Exits with 3 when a rule\nof the level `must` is broken; `should` and `note` warn. -o ndjson prints a line for each rule.\n',
      ),
  examples: {
    'revento sandbox audit': 'what your integration did well and what not, so far',
    'revento sandbox audit --explain refresh-single-flight': 'one rule',
    'revento sandbox audit --format junit > audit.xml': 'a report for CI',
  },
  layout: { shape: 'value' },
  answersByStatus: () => true,

  async *run(options, deps) {
    const chosen = chosenRules(options.explain ?? options.only);
    if (options.explain !== undefined || options.list) {
      const isWhole = options.explain !== undefined;
      yield valueItem(
        chosen.map(({ judge: _, ...rule }) => ({ ...rule })),
        (style) => chosen.map((rule) => (isWhole ? explained(rule) : listed(rule, style.bold))).join('\n'),
      );
      return undefined;
    }
    const form = reportForm(options, deps.format);
    const baseline = await readBaseline(options.baseline, deps);
    const { since, seen, findings } = await askSandbox(deps, 'audit', {});
    const ids = chosen.map(({ id }) => id);
    const judged = auditReport(
      findings.filter(({ rule }) => ids.includes(rule)),
      { command: 'revento sandbox audit', baseline },
    );
    const report = { ...judged, notes: [`judged ${seen} requests and deliveries since ${since}`, ...judged.notes] };
    if (form === 'text') yield textItem((style) => auditText(report, style), deps.format);
    else if (deps.format === 'ndjson' && options.format === undefined && options.jq === undefined) {
      yield { kind: 'bytes', bytes: Buffer.from(findingLines(report)) };
    } else yield reportItem(form, { report, facts: { seen, since }, output: deps.format, jq: options.jq });
    return scoreOf(report.results).failed > 0 ? exitStatus.unmet : undefined;
  },
};

function listed({ id, level, title }: Rule, bold: (text: string) => string): string {
  return `${bold(id.padEnd(28))} ${level.padEnd(7)} ${title}`;
}

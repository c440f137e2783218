import type { GlobalOptions } from '../../../command-kit/globals.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import type { Item, OutputFormat } from '../../../output/item.ts';
import { plainStyle, type Style } from '../../../text/style.ts';
import type { CaseResult } from '../../../webhook/conformance/bench.ts';
import { caseRows, jsonReport, junitReport, tapReport } from '../../../webhook/conformance/report.ts';

export const reportFormats = ['text', 'json', 'tap', 'junit'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** What a report goes out as. `cases`: each case is a row. */
export type ReportForm = ReportFormat | 'cases';

/**
 * The form that the options ask for; a setting gives way to `--format`.
 *
 * @throws ReventoError `usage` when `--format` and an option for data contradict each other
 */
export function reportForm(
  options: GlobalOptions & { readonly format?: ReportFormat },
  output: OutputFormat,
): ReportForm {
  const { format, columns, jq } = options;
  if (format === undefined) {
    if (columns !== undefined || (output === 'csv' && jq === undefined)) return 'cases';
    return output === 'table' && jq === undefined ? 'text' : 'json';
  }
  const other = contradiction(format, options);
  if (other === null) return format;
  throw new ReventoError('usage', `--format ${format} and ${other} do not go together: a report has one form.`, {
    hint: 'use one of them',
  });
}

/** The option that asks for another form than `--format` does, or null. */
function contradiction(format: ReportFormat, { output, json, columns, jq }: GlobalOptions): string | null {
  if (columns !== undefined) return '--columns';
  if (format === 'json') return output === 'table' || output === 'csv' ? `-o ${output}` : null;
  if (jq !== undefined) return '--jq';
  if (json) return '--json';
  return output === undefined || output === 'table' ? null : `-o ${output}`;
}

/** Text for people as it comes, whatever format the settings prefer. */
export function textItem(text: (style: Style) => string, output: OutputFormat): Item {
  if (output === 'table') return { kind: 'value', data: null, text };
  return { kind: 'bytes', bytes: Buffer.from(`${text(plainStyle())}\n`) };
}

/** A whole run in one of the forms that are not told case by case. */
export function reportItem(
  form: Exclude<ReportForm, 'text'>,
  {
    url,
    results,
    output,
    jq,
  }: { url: string; results: readonly CaseResult[]; output: OutputFormat; jq: string | undefined },
): Item {
  if (form === 'cases') return { kind: 'value', data: caseRows(results), text: () => '' };
  if (form === 'tap') return { kind: 'bytes', bytes: Buffer.from(tapReport(results)) };
  if (form === 'junit') return { kind: 'bytes', bytes: Buffer.from(junitReport(url, results)) };
  const report = jsonReport(url, results);
  if (jq !== undefined || output === 'json' || output === 'ndjson')
    return { kind: 'value', data: report, text: () => '' };
  // `--format json` asks for JSON whatever the settings say of the output.
  return { kind: 'bytes', bytes: Buffer.from(`${JSON.stringify(report, null, 2)}\n`) };
}

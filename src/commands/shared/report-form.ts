import { checkRows, jsonReport } from '../../checks/json.ts';
import { reportTexts } from '../../checks/report-texts.ts';
import type { CheckReport } from '../../checks/result.ts';
import type { GlobalOptions } from '../../command-kit/globals.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import type { Json } from '../../json/value.ts';
import { type Item, type OutputFormat, valueItem } from '../../output/item.ts';
import { plainStyle, type Style } from '../../text/style.ts';

export const reportFormats = ['text', 'json', 'tap', 'junit', 'sarif', 'html'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** The form of a report. `cases`: each case is a row. */
type ReportForm = ReportFormat | 'cases';

/**
 * The requested form; `--format` overrides settings.
 *
 * @throws ReventoError `usage` when `--format` contradicts an output option
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
  throw new ReventoError('usage', `--format ${format} can't be combined with ${other}: a report has one form.`, {
    hint: 'use one of them',
  });
}

/** The option that contradicts `--format`, or null. */
function contradiction(format: ReportFormat, { output, json, columns, jq }: GlobalOptions): string | null {
  if (columns !== undefined) return '--columns';
  if (format === 'json') return output === 'table' || output === 'csv' ? `-o ${output}` : null;
  if (jq !== undefined) return '--jq';
  if (json) return '--json';
  return output === undefined || output === 'table' ? null : `-o ${output}`;
}

/** Text for a terminal, printed line by line, whatever format the settings prefer. */
export function textItem(text: (style: Style) => string, output: OutputFormat): Item {
  if (output === 'table') return valueItem(null, text);
  return { kind: 'bytes', bytes: Buffer.from(`${text(plainStyle())}\n`) };
}

/** What printing a report needs. */
interface ReportOptions {
  readonly report: CheckReport;
  /** Fields of the JSON document that only this command has. */
  readonly facts: { readonly [name: string]: Json };
  readonly output: OutputFormat;
  readonly jq: string | undefined;
}

/** A finished run in one of the forms printed at the end. */
export function reportItem(form: Exclude<ReportForm, 'text'>, { report, facts, output, jq }: ReportOptions): Item {
  switch (form) {
    case 'cases':
      return valueItem(checkRows(report.results), () => '');
    case 'json': {
      const data = { ...facts, ...jsonReport(report) };
      if (jq !== undefined || output === 'json' || output === 'ndjson') return valueItem(data, () => '');
      // `--format json` asks for JSON whatever the settings say about output.
      return { kind: 'bytes', bytes: Buffer.from(`${JSON.stringify(data, null, 2)}\n`) };
    }
    default:
      return { kind: 'bytes', bytes: Buffer.from(reportTexts[form](report)) };
  }
}

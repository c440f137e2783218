import { jsonReport } from '../../../checks/json.ts';
import { reportTexts } from '../../../checks/report-texts.ts';
import type { CheckReport } from '../../../checks/result.ts';
import { stringify } from '../../../json/stringify.ts';
import { plainStyle } from '../../../text/style.ts';
import { auditText } from './report.ts';

export type FileForm = 'json' | 'ndjson' | 'text' | keyof typeof reportTexts;

/** The report of an audit as the bytes of a file. `seen`: how many requests and deliveries were judged. */
export function reportBytes(form: FileForm, report: CheckReport, seen: number): Uint8Array {
  return Buffer.from(textOf(form, report, seen));
}

function textOf(form: FileForm, report: CheckReport, seen: number): string {
  switch (form) {
    case 'json':
      return `${JSON.stringify({ seen, ...jsonReport(report) }, null, 2)}\n`;
    case 'ndjson':
      return findingLines(report);
    case 'text':
      return `${auditText(report, plainStyle())}\n`;
    default:
      return reportTexts[form](report);
  }
}

/** A line of JSON for each rule. */
export function findingLines({ results }: CheckReport): string {
  const rows = results.map(({ id, title, outcome, particulars }) => ({
    ...{ type: 'finding', id, title, outcome },
    ...Object.fromEntries(particulars),
  }));
  return rows.map((row) => `${stringify(row)}\n`).join('');
}

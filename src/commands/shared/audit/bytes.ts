import { htmlReport } from '../../../checks/html.ts';
import { jsonReport } from '../../../checks/json.ts';
import { junitReport } from '../../../checks/junit.ts';
import type { CheckReport } from '../../../checks/result.ts';
import { sarifReport } from '../../../checks/sarif.ts';
import { tapReport } from '../../../checks/tap.ts';
import { stringify } from '../../../json/stringify.ts';
import { plainStyle } from '../../../text/style.ts';
import { auditText } from './report.ts';

export type FileForm = 'json' | 'ndjson' | 'junit' | 'sarif' | 'html' | 'tap' | 'text';

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
    case 'junit':
      return junitReport(report);
    case 'sarif':
      return sarifReport(report);
    case 'html':
      return htmlReport(report);
    case 'tap':
      return tapReport(report);
    case 'text':
      return `${auditText(report, plainStyle())}\n`;
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

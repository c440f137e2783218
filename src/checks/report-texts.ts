import { htmlReport } from './html.ts';
import { junitReport } from './junit.ts';
import type { CheckReport } from './result.ts';
import { sarifReport } from './sarif.ts';
import { tapReport } from './tap.ts';

/** The formats that other programs define; how the others look depends on where they are shown. */
export const reportTexts = {
  tap: tapReport,
  junit: junitReport,
  sarif: sarifReport,
  html: htmlReport,
} as const satisfies Record<string, (report: CheckReport) => string>;

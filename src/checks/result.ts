import { counted } from '../text/sentence.ts';
/** How a check ended. `warn`: allowed, but worth knowing. `skip`: could not be judged. */
export type Outcome = 'pass' | 'warn' | 'fail' | 'skip';

/** One thing that was checked, in the shape every report is made of. */
export interface CheckResult {
  readonly id: string;
  /** What was checked, as a sentence without its full stop. */
  readonly title: string;
  readonly outcome: Outcome;
  /** What was observed. */
  readonly got: string;
  /** Explains the result: wire name and text, in the order to show them; `got` is one of them. */
  readonly particulars: readonly (readonly [name: string, text: string])[];
  readonly durationMs: number;
}

/** A whole run. */
export interface CheckReport {
  /** The command, such as `revento webhook check http://localhost:3000/`. */
  readonly command: string;
  /** Dotted name of the suite, such as `revento.webhook`. */
  readonly suite: string;
  /** What is counted; default `cases`. */
  readonly noun?: string;
  readonly results: readonly CheckResult[];
  /** Remarks about the run as a whole. */
  readonly notes: readonly string[];
}

/** Counts of a run. Wire names. */
interface Score {
  readonly passed: number;
  readonly warned: number;
  readonly failed: number;
  readonly skipped: number;
}

export function scoreOf(results: readonly Pick<CheckResult, 'outcome'>[]): Score {
  const count = (wanted: Outcome) => results.filter(({ outcome }) => outcome === wanted).length;
  return { passed: count('pass'), warned: count('warn'), failed: count('fail'), skipped: count('skip') };
}

/** Such as `44 of 46 cases passed, 1 failed, 1 warning`. */
export function scoreLine(results: readonly Pick<CheckResult, 'outcome'>[], noun = 'cases'): string {
  const { passed, warned, failed, skipped } = scoreOf(results);
  return [
    `${passed} of ${results.length} ${noun} passed`,
    failed > 0 ? `${failed} failed` : '',
    warned > 0 ? counted(warned, 'warning') : '',
    skipped > 0 ? `${skipped} not judged` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

import { systemClock } from '../../../src/platform/process/clock.ts';
import type { CheckOptions } from '../../../src/webhook/conformance/bench.ts';
import type { CaseResult } from '../../../src/webhook/conformance/case.ts';
import { conformanceCases, isAlwaysRun } from '../../../src/webhook/conformance/cases.ts';
import { type Conclusion, runCases } from '../../../src/webhook/conformance/run.ts';

export interface Checked extends Conclusion {
  readonly results: readonly CaseResult[];
}

type Means = Pick<CheckOptions, 'url' | 'secret' | 'exchange'> & Partial<CheckOptions>;

/** Runs every case that can be run, as `webhook check` does. */
export async function checked(means: Means): Promise<Checked> {
  const { previousSecret = null } = means;
  const run = runCases(previousSecret === null ? conformanceCases.filter(isAlwaysRun) : conformanceCases, {
    clock: systemClock,
    signal: new AbortController().signal,
    eventId: 'evt_test_published',
    ...means,
    previousSecret,
  });
  const results: CaseResult[] = [];
  let step = await run.next();
  for (; !step.done; step = await run.next()) results.push(step.value);
  return { ...step.value, results };
}

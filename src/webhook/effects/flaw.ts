import type { CaseResult } from '../conformance/case.ts';

/** The way to remember deliveries that explains the failed cases, as a clause; null when none does. */
export function flawOf(results: readonly CaseResult[]): string | null {
  const failed = new Set(results.filter(({ outcome }) => outcome === 'fail').map(({ test }) => test.id));
  if (failed.has('effect-twice')) return 'the handler does not remember delivery ids';
  if (failed.has('effect-restart')) return 'the handler remembers delivery ids in memory only';
  if (failed.has('effect-acknowledged')) return 'the handler acknowledges deliveries that it holds in memory only';
  if (failed.has('effect-after-500')) return 'the handler stores the delivery id before its work is done';
  if (!failed.has('effect-at-once')) return null;
  return failed.has('effect-killed')
    ? 'the handler does its work, and stores the delivery id in a later step'
    : 'the handler looks the delivery id up first, and nothing stops two that look at the same moment';
}

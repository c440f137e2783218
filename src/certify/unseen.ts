import { unseenFact } from '../sandbox/audit/rules/traces.ts';
import { type Act, hooks } from './act.ts';
import type { PlayedAct } from './run.ts';

/**
 * Why a rule could not be judged: the flags to add, or why an act was not played or showed nothing; null when every act
 * that it needs was played.
 */
export function remedyFor(rule: string, played: readonly PlayedAct[]): string | null {
  const own = played.filter(({ act }) => act.brings.includes(rule));
  const missing = own.flatMap(({ outcome }) => (outcome.kind === 'hooks missing' ? [outcome.missing] : []));
  const [fewest] = [...missing].sort((a, b) => a.length - b.length);
  if (fewest !== undefined) return fewest.map((hook) => hooks[hook]).join(', and ');
  const [unplayed] = own.flatMap(({ outcome }) => (outcome.kind === 'not played' ? [outcome.reason] : []));
  if (unplayed !== undefined) return unplayed;
  const [unseen] = own.flatMap(({ outcome }) =>
    outcome.kind === 'played' ? [outcome.facts['unseen'] ?? outcome.facts[unseenFact(rule)]] : [],
  );
  return typeof unseen === 'string' ? unseen : null;
}

/** The acts that test these rules, with the acts that must come first. */
export function actsFor(only: readonly string[] | null, acts: readonly Act[]): readonly Act[] {
  if (only === null) return acts;
  // A rule without an act of its own can be tested by any act.
  if (only.some((rule) => !acts.some(({ brings }) => brings.includes(rule)))) return acts;
  const wanted = acts.filter(({ brings }) => brings.some((rule) => only.includes(rule)));
  const needsConsent = wanted.some(({ needs }) => needs.includes('connect'));
  return acts.filter((act) => wanted.includes(act) || (needsConsent && act.id === 'consent'));
}

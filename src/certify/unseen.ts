import { act } from '../sandbox/audit/acts.ts';
import { unseenFact } from '../sandbox/audit/rules/traces.ts';
import { rules } from '../sandbox/audit/rules.ts';
import { type Act, type Hook, hooks } from './act.ts';
import type { PlayedAct } from './run.ts';

/**
 * Why a rule could not be judged: the flags to add, or why an act was not played or showed nothing; null when any request
 * can test it.
 */
export function remedyFor(rule: string, played: readonly PlayedAct[]): string | null {
  const own = played.filter(({ act }) => act.brings.includes(rule));
  const missing = own.flatMap(({ outcome }) => (outcome.kind === 'hooks missing' ? [outcome.missing] : []));
  const [fewest] = [...missing].sort((a, b) => a.length - b.length);
  if (fewest !== undefined) return fewest.map((hook) => hooks[hook]).join(', and ');
  const [unplayed] = own.flatMap(({ outcome }) => (outcome.kind === 'not played' ? [outcome.reason] : []));
  if (unplayed !== undefined) return unplayed;
  const unseen = own
    .flatMap(({ outcome }) => (outcome.kind === 'played' ? [outcome.facts] : []))
    .map((facts) => facts['unseen'] ?? facts[unseenFact(rule)])
    .find((fact): fact is string => typeof fact === 'string');
  return unseen ?? idleReason(rule, own, played);
}

/** Why an act that was played did not test its rule; null for rules that other requests can test as well. */
function idleReason(rule: string, own: readonly PlayedAct[], played: readonly PlayedAct[]): string | null {
  // Of several, the last one is about this rule alone.
  const last = own.at(-1);
  const isActed = rules.some(({ id, needs }) => id === rule && needs.startsWith(act()));
  if (last === undefined || !isActed) return null;
  const isLame = played.some(
    (one) => one.act.id === 'sync' && one.outcome.kind === 'played' && one.outcome.facts['sync'] !== 'done',
  );
  if (isLame && own.some(({ act: { needs } }) => needs.includes('sync'))) return 'a sync that works without faults';
  return `requests that the act ${last.act.id} can affect (${last.act.title})`;
}

/** The acts that test these rules, with the acts that must come first. */
export function actsFor(only: readonly string[] | null, acts: readonly Act[]): readonly Act[] {
  if (only === null) return acts;
  // A rule without an act of its own can be tested by any act.
  if (only.some((rule) => !acts.some(({ brings }) => brings.includes(rule)))) return acts;
  const wanted = acts.filter(({ brings }) => brings.some((rule) => only.includes(rule)));
  const isNeeded = (hook: Hook) => wanted.some(({ needs }) => needs.includes(hook));
  // A sync under a fault shows something only where one without faults works.
  const first = [
    ...(isNeeded('connect') ? ['consent'] : []),
    ...(isNeeded('sync') ? ['sync'] : []),
    // How its tokens expire is found out there.
    ...(wanted.some(({ isExpiring }) => isExpiring) ? ['expired'] : []),
  ];
  return acts.filter((act) => wanted.includes(act) || first.includes(act.id));
}

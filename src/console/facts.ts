import { effects, faultTargets, refusals } from '../sandbox/faults/effects.ts';
import { actions } from '../sandbox/world/actions/actions.ts';
import type { Facts, FaultFact, ScenarioFact } from './model/wire.ts';
import { profiled } from './shown.ts';

/** Values for effects that need one. */
const values = { none: '', duration: '=3s', bytes: '' } as const;
/** Status codes with a switch; any other can be typed. */
const statuses = [429, 500, 503] as const;

/** The facts about the sandbox that do not change. */
export function factsOf(
  place: { readonly address: string; readonly command: string },
  scenarios: readonly ScenarioFact[],
): Facts {
  return {
    ...place,
    profiled: profiled(place.command),
    actions: actions.map(({ name, summary, subjects, from, sends }) => ({ name, summary, subjects, from, sends })),
    faults: Object.keys(faultTargets).flatMap(faultsOf),
    scenarios,
  };
}

function faultsOf(target: string): FaultFact[] {
  const isOf = ({ targets }: { readonly targets: readonly string[] }) => targets.includes(target);
  const codes = target === 'webhook' || target === 'authorize' ? [] : statuses;
  return [
    ...codes.map((status) => ({ fault: `${target}:${status}`, target, help: `answers with ${status}` })),
    ...Object.entries(refusals)
      .filter(([, row]) => isOf(row))
      .map(([code]) => ({ fault: `${target}:${code}`, target, help: `answers with ${code}` })),
    ...Object.entries(effects)
      .filter(([, row]) => isOf(row))
      .map(([name, { value, help }]) => ({
        fault: `${target}:${name}${values[value]}`,
        target,
        help: helpFor(target, help),
      })),
  ];
}

/** The lines of a help text that are about a target. */
function helpFor(target: string, help: string): string {
  const lines = help.split('\n').map((line) => /^(?:\(([^)]*)\) )?(.*)$/.exec(line));
  const own = lines.find((found) => found?.[1]?.split(', ').includes(target)) ?? lines[0];
  return own?.[2] ?? help;
}

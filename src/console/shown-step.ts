import { operations } from '../sandbox/control/operations.ts';
import type { Shown } from './model/wire.ts';
import type { Asked } from './rehearsal.ts';
import { profiled, quoted, type ShownContext, shownFor } from './shown.ts';

interface Counted {
  readonly asked: Asked;
  readonly count: number;
}

/**
 * The command lines and the curl lines that do what a step of a scenario did, one a line; for a step that only reads,
 * the lines that read.
 */
export function shownForStep(asked: readonly Asked[], place: ShownContext): Shown {
  // The token that we read the API with does not belong to the scenario.
  const own = asked.filter((one) => !('name' in one && one.name === 'login'));
  const acts = own.filter((one) => !isRead(one));
  const shown = counted(acts.length > 0 ? acts : own).map(({ asked: one, count }) =>
    repeated(shownForOne(one, place), count),
  );
  const commands = shown.flatMap(({ command }) => (command === null ? [] : [command]));
  return {
    command: commands.length === 0 ? null : commands.join('\n'),
    curl: shown.map(({ curl }) => curl).join('\n'),
  };
}

function isRead(one: Asked): boolean {
  return !('name' in one) || operations[one.name].method === 'GET';
}

/**
 * Counts equal operations; of repeated reads only the latest is kept.
 */
function counted(asked: readonly Asked[]): readonly Counted[] {
  const found = new Map<string, Counted>();
  for (const one of asked) {
    const key = isRead(one) ? ('name' in one ? one.name : one.readUrl.split('?')[0]) : JSON.stringify(one);
    const before = found.get(key ?? '')?.count ?? 0;
    found.set(key ?? '', { asked: one, count: isRead(one) ? 1 : before + 1 });
  }
  return [...found.values()];
}

function shownForOne(asked: Asked, place: ShownContext): Shown {
  if ('name' in asked) return shownFor(asked.name, asked.params, place);
  const program = profiled(place.command);
  const [url = ''] = asked.readUrl.split('?');
  return {
    command: `${program} api ${quoted(new URL(url).pathname)}`,
    curl: `curl -fsS ${quoted(url)} -H "Authorization: Bearer $(${program} token)"`,
  };
}

function repeated({ command, curl }: Shown, count: number): Shown {
  if (count === 1) return { command, curl };
  return {
    command: command === null ? null : `${command} --count ${count}`,
    curl: `for i in $(seq ${count}); do ${curl}; done`,
  };
}

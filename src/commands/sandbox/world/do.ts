import { withAssignments } from '../../../command-kit/assignment.ts';
import type { CommandModule } from '../../../command-kit/command.ts';
import { readData } from '../../../command-kit/data-input.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { collect, wholeNumber } from '../../../command-kit/option-values.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isRecord } from '../../../json/parse.ts';
import type { Json } from '../../../json/value.ts';
import type { ResultOf } from '../../../sandbox/control/operations.ts';
import { actions } from '../../../sandbox/world/actions/actions.ts';
import { adviceOn } from '../../../text/suggestion.ts';
import { parseDuration } from '../../../text/time.ts';
import { askSandbox, eventFlag } from '../../shared/sandbox/remote.ts';
import { changeOf } from '../shared/happening.ts';

interface SandboxDoOptions {
  readonly action: string;
  readonly id?: readonly string[];
  readonly set?: readonly string[];
  readonly data?: string;
  readonly count?: string;
  readonly over?: string;
}

/** The limit of one run: more than the participants that an event of the sandbox has by default. */
const mostAtOnce = 10_000;

/** `revento sandbox do`: makes a change in the running sandbox; its API shows it, and a delivery reports it. */
export const sandboxDo: CommandModule<SandboxDoOptions> = {
  declare: (command) =>
    command
      .argument('<action>', 'what to do (see the list below)')
      .argument('[id...]', 'who or what to change (default: one that fits)')
      .option('--set <field=value>', 'set a field, such as custom_form_fields.track=Design; repeatable', collect)
      .option('--data <json>', 'fields to set: JSON, @FILE, or @- for standard input')
      .option('--count <n>', 'repeat for n subjects, one after another')
      .option('--over <duration>', 'spread the repetitions over this time, such as 10s')
      .addHelpText('after', `\nActions:\n${actions.map(describeAction).join('\n')}`),
  examples: {
    'revento sandbox do approve': 'approve a pending application',
    'revento sandbox do apply --set first_name=Ada --set last_name=King': 'a new application with your own values',
    'revento sandbox do apply --count 20 --over 10s': 'a busy evening',
  },
  layout: {
    shape: 'rows',
    columns: [
      { path: 'action' },
      { path: 'subject.id' },
      { path: 'change' },
      { path: 'delivery_id', leaves: 1 },
      { path: 'id', leaves: 2 },
    ],
  },

  async *run({ action, id: ids = [], set = [], data, count, over }, deps) {
    requireKnown(action);
    const given = data === undefined ? {} : await readData(data, deps);
    const fields = withAssignments(given, set, 'first_name=Ada');
    if (!isRecord(fields)) throw new ReventoError('usage', '--data must be a JSON object with fields to set.');
    const times = count === undefined ? 1 : wholeNumber('--count', count, 1, mostAtOnce);
    if (count !== undefined && ids.length > 0) {
      throw new ReventoError('usage', '--count picks the subjects itself, so it cannot be combined with ids.', {
        hint: 'leave out --count or the ids',
      });
    }
    if (over !== undefined && count === undefined) {
      throw new ReventoError('usage', '--over needs --count.', {
        hint: 'add --count, such as --count 20',
      });
    }
    const pauseMs = over === undefined ? 0 : parseDuration(over) / times;
    const params = { action, set: fields, ...(ids.length > 0 && { ids: [...ids] }), ...eventFlag(deps) };
    for (let done = 0; done < times; done++) {
      if (done > 0 && pauseMs > 0) await deps.clock.sleep(pauseMs, deps.signal);
      const { happened } = await askSandbox(deps, 'do', params);
      if (ids.length === 0 && count === undefined) noticePick(happened, deps);
      for (const { happening: one, withheld } of happened) {
        if (withheld !== null)
          deps.terminal.notice(`note: ${one.action} ${one.subject.id} was not delivered: ${withheld}`);
      }
      yield { kind: 'rows', rows: happened.map(rowOf) };
    }
  },
};

function rowOf({ happening, delivery_id: deliveryId, withheld }: ResultOf<'do'>['happened'][number]): {
  readonly [field: string]: Json;
} {
  return { ...happening, change: changeOf(happening), delivery_id: deliveryId, withheld };
}

/** Says whom it happened to when nobody was named; an event or the integration is the only one that it could be. */
function noticePick(happened: ResultOf<'do'>['happened'], { terminal }: Pick<Deps, 'terminal'>): void {
  for (const { happening } of happened) {
    const { type, id } = happening.subject;
    const isChoice = happening.before !== null && type !== 'event' && type !== 'integration';
    if (isChoice) terminal.notice(`note: no id given; picked ${type} ${id}`);
  }
}

function requireKnown(action: string): void {
  const names = actions.map(({ name }) => name);
  if (names.includes(action)) return;
  throw new ReventoError('usage', `Unknown action ${JSON.stringify(action)}.`, {
    hint: adviceOn(action, names, `actions are ${names.join(', ')}`),
  });
}

function describeAction({ name, summary }: (typeof actions)[number]): string {
  return `  ${name.padEnd(18)}${summary}`;
}

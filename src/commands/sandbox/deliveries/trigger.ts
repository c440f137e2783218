import { withAssignments } from '../../../command-kit/assignment.ts';
import type { CommandModule } from '../../../command-kit/command.ts';
import { readData } from '../../../command-kit/data-input.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { unknownTypeOption } from '../../../command-kit/globals.ts';
import { collect } from '../../../command-kit/option-values.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isRecord } from '../../../json/parse.ts';
import type { Json } from '../../../json/value.ts';
import { testEventId } from '../../../sandbox/world/world.ts';
import { sampleEnvelope } from '../../../webhook/event.ts';
import { askSandbox, eventFlag } from '../../shared/sandbox/remote.ts';
import { requireKnownType, warnOfUnknownType } from '../../shared/unknown-type.ts';
import { followDelivery } from '../shared/delivery.ts';

interface SandboxTriggerOptions {
  readonly type: string;
  readonly data?: string;
  readonly set?: readonly string[];
  readonly wait: boolean;
  readonly unknownType?: boolean;
}

/** `revento sandbox trigger`: makes the running sandbox send a delivery, signed and with retries. */
export const sandboxTrigger: CommandModule<SandboxTriggerOptions> = {
  declare: (command) =>
    command
      .argument('<type>', 'event type, such as application.approved (see `revento webhook events`)')
      .option('--data <json>', 'data of the envelope: JSON, @FILE, or @- for standard input')
      .option(
        '--set <path=value>',
        'change one place of a made-up payload, such as data.status=approved; repeatable',
        collect,
      )
      .option(...unknownTypeOption)
      .option('--wait', 'wait for the retries until it is delivered or given up', false)
      .addHelpText(
        'after',
        [
          '\nWithout --data and --set it makes the change that sends TYPE, so the API agrees with the delivery.',
          'With them, the delivery is about somebody unknown to the API.',
        ].join(' '),
      ),
  examples: {
    'revento sandbox trigger application.approved': 'send one and show the response of the handler',
    'revento sandbox trigger activity.updated --data @activity.json --wait':
      'send your own data, and wait for the retries',
  },
  layout: { shape: 'value' },
  answersByStatus: () => true,

  async *run({ type, data, set = [], wait, unknownType }, deps) {
    if (unknownType) warnOfUnknownType(type, deps);
    else requireKnownType(type);
    const params = {
      type,
      ...eventFlag(deps),
      ...(data === undefined && set.length === 0 ? {} : { data: await madeUp(type, data, set, deps) }),
    };
    const { delivery, happened } = await askSandbox(deps, 'trigger', params);
    if (happened.length === 0) deps.terminal.notice('note: the payload is made up; the API does not know it');
    yield* followDelivery(deps, delivery, wait, happened);
  },
};

/**
 * The data of a delivery about nobody the API knows: a sample, or what is given, with places changed.
 *
 * @throws ReventoError `usage` for a place outside of the data
 */
async function madeUp(
  type: string,
  data: string | undefined,
  set: readonly string[],
  deps: Pick<Deps, 'clock' | 'signal' | 'terminal'>,
): Promise<Json> {
  const outside = set.find((assignment) => !assignment.startsWith('data.'));
  if (outside !== undefined) {
    throw new ReventoError(
      'usage',
      `--set ${JSON.stringify(outside)} is outside of the data: the sandbox writes the rest.`,
      {
        hint: `begin the path with data, such as --set data.${outside}`,
      },
    );
  }
  const context = {
    id: '',
    occurredAt: new Date(deps.clock.now()).toISOString(),
    eventId: testEventId,
    organizationId: '',
  };
  const given = data === undefined ? sampleEnvelope(type, context).data : await readData(data, deps);
  const changed = withAssignments({ data: given }, set, 'data.status=approved');
  return isRecord(changed) ? ((changed as { readonly data: Json }).data ?? null) : given;
}

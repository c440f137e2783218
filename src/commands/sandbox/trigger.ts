import type { CommandModule } from '../../command-kit/command.ts';
import { readData } from '../../command-kit/data-input.ts';
import { requireKnownType, unknownTypeOption, warnOfUnknownType } from '../shared/unknown-type.ts';
import { followDelivery } from './shared/delivery.ts';
import { askSandbox, eventFlag } from './shared/remote.ts';

interface SandboxTriggerOptions {
  readonly type: string;
  readonly data?: string;
  readonly wait: boolean;
  readonly unknownType?: boolean;
}

/** `revento sandbox trigger`: makes the running sandbox send a delivery, signed and with retries. */
export const sandboxTrigger: CommandModule<SandboxTriggerOptions> = {
  declare: (command) =>
    command
      .argument('<type>', 'event type, such as application.approved (see `revento webhook events`)')
      .option('--data <json>', 'data of the envelope: JSON, @FILE, or @- for standard input')
      .option(...unknownTypeOption)
      .option('--wait', 'wait for the retries until it is delivered or given up', false),
  examples: [
    {
      command: 'revento sandbox trigger application.approved',
      explains: 'send one and show the response of the handler',
    },
    {
      command: 'revento sandbox trigger activity.updated --data @activity.json --wait',
      explains: 'send your own data, and wait for the retries',
    },
  ],
  layout: { shape: 'value' },
  answersByStatus: () => true,

  async *run({ type, data, wait, unknownType }, deps) {
    if (unknownType) warnOfUnknownType(type, deps);
    else requireKnownType(type);
    const params = {
      type,
      ...eventFlag(deps),
      ...(data === undefined ? {} : { data: await readData(data, deps) }),
    };
    const { delivery, happened } = await askSandbox(deps, 'trigger', params);
    yield* followDelivery(deps, delivery, wait, happened);
    return undefined;
  },
};

import type { CommandModule } from '../../../command-kit/command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { askSandbox, type SandboxDeps } from '../../shared/sandbox/remote.ts';
import { followDelivery, listDeliveries } from '../shared/delivery.ts';

interface SandboxRedeliverOptions {
  readonly deliveryId: string;
  readonly wait: boolean;
}

/** `revento sandbox redeliver`: sends a delivery again under its id, with a new signature. */
export const sandboxRedeliver: CommandModule<SandboxRedeliverOptions> = {
  declare: (command) =>
    command
      .argument('<delivery-id>', 'its id, or the beginning of one (see `revento sandbox deliveries`)')
      .option('--wait', 'wait for the retries until it is delivered or given up', false),
  examples: {
    'revento sandbox redeliver 0b9f6c1e-6f6a-4c53-9c1f-6b1f0f7f4c11': 'send one again',
    'revento sandbox redeliver "$(revento sandbox deliveries --jq \'.[-1].delivery_id\')" --wait':
      'send the latest one again and wait for the outcome',
  },
  layout: { shape: 'value' },
  answersByStatus: () => true,

  async *run({ deliveryId, wait }, deps) {
    const id = await wholeId(deliveryId, deps);
    const sent = await askSandbox(deps, 'redeliver', { delivery_id: id });
    yield* followDelivery(deps, sent, wait);
  },
};

/** The id of the one delivery that starts with these characters; a narrow table may have cut it with an ellipsis. */
async function wholeId(text: string, deps: SandboxDeps): Promise<string> {
  const hint = 'run: revento sandbox deliveries';
  const start = text.toLowerCase().replace(/…$/, '');
  if (!/^[0-9a-f-]{1,36}$/.test(start)) throw new ReventoError('usage', 'A delivery id is a UUID.', { hint });
  if (start.length === 36) return start;
  const ids = (await listDeliveries(deps)).map(({ delivery_id: id }) => id).filter((id) => id.startsWith(start));
  const [id] = ids;
  if (id !== undefined && ids.length === 1) return id;
  const message = id === undefined ? 'No delivery has an id' : `${ids.length} deliveries have ids`;
  throw new ReventoError('usage', `${message} that begin${id === undefined ? 's' : ''} with ${start}.`, { hint });
}

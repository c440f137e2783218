import { ReventoError } from '../errors.ts';
import type { CommandModule } from './command.ts';
import { followDelivery } from './sandbox-delivery.ts';
import { askSandbox } from './sandbox-remote.ts';

export interface SandboxRedeliverOptions {
  readonly deliveryId: string;
  readonly wait: boolean;
}

/** `revento sandbox redeliver`: sends a delivery again under the id it has, with a fresh signature. */
export const sandboxRedeliver: CommandModule<SandboxRedeliverOptions> = {
  declare: (command) =>
    command
      .argument('<delivery-id>', 'see `revento sandbox deliveries`')
      .option('--wait', 'wait for the retries until it is delivered or given up', false),
  examples: [
    { command: 'revento sandbox redeliver 0b9f6c1e-6f6a-4c53-9c1f-6b1f0f7f4c11', explains: 'send one again' },
    {
      command: 'revento sandbox redeliver "$(revento sandbox deliveries --jq \'.[-1].delivery_id\')" --wait',
      explains: 'the latest one, and what became of it',
    },
  ],
  layout: { shape: 'value' },

  async *run({ deliveryId, wait }, deps) {
    if (!/^[0-9a-f-]{36}$/i.test(deliveryId)) {
      throw new ReventoError('usage', 'A delivery id is a UUID.', { hint: 'run: revento sandbox deliveries' });
    }
    const sent = await askSandbox(deps, 'POST', `/deliveries/${deliveryId.toLowerCase()}/redeliver`);
    yield* followDelivery(deps, sent, wait);
    return undefined;
  },
};

import type { CommandModule } from '../../../command-kit/command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { deliveryStates } from '../../../sandbox/deliveries/delivery.ts';
import { listDeliveries } from '../shared/delivery.ts';

interface SandboxDeliveriesOptions {
  readonly state?: string;
}

/** `revento sandbox deliveries`: lists what the running sandbox has sent. */
export const sandboxDeliveries: CommandModule<SandboxDeliveriesOptions> = {
  declare: (command) => command.option('--state <state>', `only deliveries that are ${deliveryStates.join(', ')}`),
  examples: {
    'revento sandbox deliveries': 'everything it sent',
    'revento sandbox deliveries --state dead': 'what it gave up on',
  },
  layout: {
    shape: 'rows',
    columns: [
      // `redeliver` takes the beginning of an id.
      { path: 'delivery_id', title: 'delivery', beginning: 8 },
      { path: 'event', isWhole: true },
      { path: 'state' },
      { path: 'tries', title: 'attempts', leaves: 3 },
      { path: 'last_error', leaves: 2 },
      { path: 'next_attempt_at', leaves: 1 },
    ],
  },

  async *run({ state }, deps) {
    if (state !== undefined && !deliveryStates.some((known) => known === state)) {
      throw new ReventoError('usage', `--state must be one of ${deliveryStates.join(', ')}.`);
    }
    const found = (await listDeliveries(deps)).filter((delivery) => state === undefined || delivery.state === state);
    yield {
      kind: 'rows',
      rows: found.map(({ attempts, ...delivery }) => ({
        ...delivery,
        tries: attempts.length,
        last_error: attempts.at(-1)?.error ?? null,
        attempts: attempts.map((attempt) => ({ ...attempt })),
      })),
    };
  },
};

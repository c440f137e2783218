import type { CommandModule } from '../../command-kit/command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { listDeliveries } from './shared/delivery.ts';

const states = ['pending', 'delivered', 'dead'] as const;

export interface SandboxDeliveriesOptions {
  readonly state?: string;
}

/** `revento sandbox deliveries`: what the running sandbox has sent, and what it gave up on. */
export const sandboxDeliveries: CommandModule<SandboxDeliveriesOptions> = {
  declare: (command) => command.option('--state <state>', `only those that are ${states.join(', ')}`),
  examples: [
    { command: 'revento sandbox deliveries', explains: 'everything it sent' },
    { command: 'revento sandbox deliveries --state dead', explains: 'what it gave up on' },
  ],
  layout: {
    shape: 'rows',
    columns: [
      { path: 'delivery_id' },
      { path: 'event' },
      { path: 'state' },
      { path: 'tries', leaves: 3 },
      { path: 'last_error', leaves: 2 },
      { path: 'next_attempt_at', leaves: 1 },
    ],
  },

  async *run({ state }, deps) {
    if (state !== undefined && !states.some((known) => known === state)) {
      throw new ReventoError('usage', `--state must be one of ${states.join(', ')}.`);
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
    return undefined;
  },
};

import type { CommandModule } from '../../../command-kit/command.ts';
import { declareListen, hintForLostWord, type WebhookListenOptions } from './options.ts';

/** `revento webhook listen`: receives, verifies, prints and forwards deliveries until it is stopped. */
export const webhookListen: CommandModule<WebhookListenOptions> = {
  declare: declareListen,
  examples: {
    'revento webhook listen --forward 3000': 'verify and forward to a local server',
    'revento webhook listen -f application.approved=3001 -f 3000': 'one type to one server, the rest to another',
    'revento webhook listen -f 3000 --expect application.approved --timeout 30s -- npm test':
      'in CI: run the tests, and fail unless the delivery came and was acknowledged',
  },
  layout: { shape: 'events' },
  hintForLostWord,
  answersByStatus: ({ command = [], count, until, expect, onInvalid }) =>
    command.length > 0 || (count ?? until ?? expect) !== undefined || onInvalid === 'exit',

  // Help has no use for the listener.
  async *run(options, deps) {
    const { listen } = await import('./work.ts');
    return yield* listen(options, deps);
  },
};

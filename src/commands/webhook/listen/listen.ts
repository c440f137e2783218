import type { CommandModule } from '../../../command-kit/command.ts';
import { announce } from './announce.ts';
import { LiveSecrets } from './live-secrets.ts';
import { declareListen, hintForLostWord, planListen, type WebhookListenOptions } from './options.ts';
import { openRecording } from './recording.ts';
import { ListenRun } from './run.ts';
import { start } from './start.ts';

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

  async *run(options, deps) {
    const plan = planListen(options, deps);
    const secrets = await LiveSecrets.open(deps);
    const recorder = plan.record === null ? null : await openRecording(plan.record, secrets, deps);
    try {
      const listener = await start(plan, secrets, deps);
      const page = plan.page === null ? null : await (await import('./page.ts')).pageOf(listener, plan, secrets, deps);
      try {
        const withdraw = await announce(listener.url, deps);
        try {
          return yield* new ListenRun({ plan, secrets, listener, recorder, page, deps }).items();
        } finally {
          withdraw();
        }
      } finally {
        await page?.close();
      }
    } finally {
      await recorder?.close();
    }
  },
};

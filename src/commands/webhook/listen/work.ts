import type { Deps } from '../../../command-kit/deps.ts';
import type { Item } from '../../../output/item.ts';
import { announce } from './announce.ts';
import { LiveSecrets } from './live-secrets.ts';
import type { WebhookListenOptions } from './options.ts';
import { planListen } from './plan.ts';
import { openRecording } from './recording.ts';
import { ListenRun } from './run.ts';
import { start } from './start.ts';

/** The items of `webhook listen`, from the start of the listener until it is stopped; returns the exit status. */
export async function* listen(
  options: WebhookListenOptions,
  deps: Deps,
): AsyncGenerator<Item, number | undefined, void> {
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
}

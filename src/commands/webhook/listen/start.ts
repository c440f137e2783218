import type { Deps } from '../../../command-kit/deps.ts';
import { program } from '../../../errors/next-command.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { type Listener, startListener } from '../../../webhook/listener/listener.ts';
import type { LiveSecrets } from './live-secrets.ts';
import type { ListenPlan } from './plan.ts';

/** A page shows what handlers answered. Keeping one byte more than it shows reveals that there is more. */
const pageAnswerBytes = 64 * 1024 + 1;

/**
 * Starts the listener of a plan. The caller closes it.
 *
 * @throws ReventoError `port_busy`, `bind_failed`; `usage` when a route leads back here
 */
export async function start(
  plan: ListenPlan,
  secrets: LiveSecrets,
  deps: Pick<Deps, 'profile' | 'clock' | 'serve' | 'forwarder'>,
): Promise<Listener> {
  const { isRemoteAllowed, isCertificateIgnored } = plan;
  const forwarder = await deps.forwarder({ isRemoteAllowed, isCertificateIgnored });
  try {
    const ports = { serve: await deps.serve(), forwarder, clock: deps.clock };
    const keys = { secrets: secrets.values, renewSecrets: () => secrets.renew() };
    const keptAnswerBytes = plan.page === null ? undefined : pageAnswerBytes;
    return await startListener({ ...plan.listen, ...keys, keptAnswerBytes }, ports);
  } catch (error) {
    await forwarder.close();
    if (!(error instanceof ReventoError) || error.code !== 'port_busy') throw error;
    const hint = `is another listener running? Use a free port: ${program(deps.profile)} webhook listen --port 0`;
    throw new ReventoError(error.code, error.message, { hint }, { cause: error });
  }
}

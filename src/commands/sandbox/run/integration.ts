import { Integration } from '../../../certify/integration.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { withoutTokens } from '../../../text/without-tokens.ts';
import { askSandbox, type SandboxDeps, sandboxVariables } from '../../shared/sandbox/remote.ts';

/** How long an integration may take until it listens. */
const readyMs = 60_000;

/**
 * Starts COMMAND with the settings of the sandbox in its environment, and waits until something answers at the webhook
 * URL. What it prints goes to stderr, because the report is on stdout.
 *
 * @throws ReventoError `port_busy`, `failed` when it ends before, or does not listen in time; `command_not_found`
 */
export async function startIntegration(
  command: readonly string[],
  deps: SandboxDeps & Pick<Deps, 'clock' | 'launch' | 'terminal'>,
): Promise<Integration> {
  const { childEnv, clock, launch, redactor, signal, terminal } = deps;
  const variables = await sandboxVariables(deps);
  const { webhook_url: url } = await askSandbox(deps, 'status', {});
  const integration = new Integration({
    launch,
    http: await deps.http(),
    clock,
    signal,
    command,
    restartCommand: null,
    env: () => ({ ...childEnv, ...variables }),
    origins: url === null ? [] : [new URL(new URL(url).origin)],
    readyMs,
    onLine: (line) => terminal.notice(line),
    clean: (line) => withoutTokens(redactor.clean(line)),
  });
  await integration.start();
  return integration;
}

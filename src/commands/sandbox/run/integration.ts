import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isHttpFailure } from '../../../http/failure.ts';
import { askSandbox, sandboxVariables } from '../shared/remote.ts';

/** How long an integration may take until it listens. */
const readyLimitMs = 60_000;
const lookMs = 100;
const answerMs = 2_000;

/** A running integration. */
export interface Integration {
  /** @throws ReventoError `failed` once it has ended by itself */
  check(): void;
  /** Ends it, and resolves when it has ended. */
  stop(): Promise<void>;
}

/**
 * Starts COMMAND with the settings of the sandbox in its environment, and waits until something answers at the webhook
 * URL. Its stdout goes to stderr, because the report is on stdout.
 *
 * @throws ReventoError `failed` when it ends before, or does not listen in time; what `spawn` throws
 */
export async function startIntegration(command: readonly string[], deps: Deps): Promise<Integration> {
  const variables = await sandboxVariables(deps);
  const stop = new AbortController();
  let ending: number | Error | null = null;
  const ended = deps.spawn(command, { ...deps.childEnv, ...variables }, { stdout: 'stderr', signal: stop.signal }).then(
    (status) => {
      ending = status;
    },
    (error: Error) => {
      ending = error;
    },
  );
  const integration: Integration = {
    check() {
      if (ending instanceof Error) throw ending;
      if (ending !== null) {
        throw new ReventoError('failed', `${command[0]} ended with status ${ending} before the scenario was over.`);
      }
    },
    async stop() {
      stop.abort('SIGTERM');
      await ended;
    },
  };
  try {
    await untilItListens(integration, deps);
  } catch (error) {
    await integration.stop();
    throw error;
  }
  return integration;
}

async function untilItListens(integration: Integration, deps: Deps): Promise<void> {
  const { webhook_url: url } = await askSandbox(deps, 'status', {});
  if (url === null) return;
  const { origin } = new URL(url);
  const limit = deps.clock.monotonic() + readyLimitMs;
  while (!(await isListening(origin, deps))) {
    integration.check();
    if (deps.clock.monotonic() > limit) {
      throw new ReventoError('failed', `Nothing listens at ${origin}, where the sandbox delivers to.`, {
        hint: 'start the sandbox with --webhook-url, the URL of your handler',
      });
    }
    await deps.clock.sleep(lookMs, deps.signal);
  }
}

/** Whether something answers there, whatever it says. */
async function isListening(origin: string, deps: Deps): Promise<boolean> {
  const http = await deps.http();
  const request = { method: 'GET', url: `${origin}/`, headers: [], body: new Uint8Array() };
  try {
    await http({ ...request, timeoutMs: answerMs, signal: deps.signal });
    return true;
  } catch (error) {
    deps.signal.throwIfAborted();
    if (!isHttpFailure(error)) throw error;
    return !['refused', 'unreachable', 'dns', 'connect_timeout', 'closed'].includes(error.kind);
  }
}

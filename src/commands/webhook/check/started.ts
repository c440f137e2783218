import { Integration } from '../../../certify/integration.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { secretVariables } from '../../../config/environment.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { withoutTokens } from '../../../text/without-tokens.ts';
import type { CheckOptions } from '../../../webhook/conformance/bench.ts';
import type { Restart } from '../../../webhook/effects/drill.ts';
import { Unjudged } from '../../../webhook/effects/effects.ts';

const readyMs = 30_000;

/** A handler that the check starts. */
interface OwnHandler {
  /**
   * Waits until it answers.
   *
   * @throws ReventoError `port_busy`, `failed`, `command_not_found`, `command_not_runnable`
   */
  start(): Promise<void>;
  readonly restart: Restart;
  /** Ends it and all that it started. */
  end(): Promise<void>;
}

/** The handler that the command starts, with the signing secrets in its environment; null without a command. */
export function ownHandler(
  command: readonly string[],
  { url, secret, previousSecret, exchange }: Pick<CheckOptions, 'url' | 'exchange' | 'secret' | 'previousSecret'>,
  deps: Pick<Deps, 'childEnv' | 'clock' | 'isVerbose' | 'launch' | 'redactor' | 'signal' | 'terminal'>,
): OwnHandler | null {
  if (command.length === 0) return null;
  const { childEnv, clock, isVerbose, launch, redactor, signal, terminal } = deps;
  const env = {
    ...childEnv,
    [secretVariables.webhook_secret]: secret,
    ...(previousSecret !== null && { [secretVariables.webhook_secret_previous]: previousSecret }),
  };
  const handler = new Integration({
    ...{ launch, clock, signal, command, readyMs },
    http: exchange,
    restartCommand: null,
    env: () => env,
    origins: [new URL(url)],
    onLine: (line) => {
      if (isVerbose) terminal.notice(`handler: ${line}`);
    },
    clean: (line) => withoutTokens(redactor.clean(line)),
  });
  return {
    start: () => handler.start(),
    restart: async () => {
      const problem = await handler.restart();
      if (problem !== null) throw new Unjudged(`the handler did not come back: ${problem}`);
    },
    end: () => handler.end(),
  };
}

/** @throws ReventoError `usage` when a command is given that no case would kill */
export function requireEffects(command: readonly string[], hasEffects: boolean): void {
  if (command.length === 0 || hasEffects) return;
  throw new ReventoError('usage', 'A command after -- needs --effects or --effects-url.', {
    hint: 'add one of them, or start the handler yourself',
  });
}

import { program } from '../errors/next-command.ts';
import { ReventoError } from '../errors/revento-error.ts';
import { shellWord } from '../errors/shell-word.ts';
import type { Settings } from './types.ts';

/** A stored credential that is about to be sent to another host than the one it was stored for. */
export interface HostChange {
  /** The credential, as a sentence begins: `The client secret`. */
  readonly what: string;
  /** The setting that names the host. */
  readonly setting: 'auth_base' | 'api_base';
  /** The host it was stored for, and the one that is configured now. */
  readonly from: string;
  readonly to: string;
}

/**
 * Asks the user whether the credential may go there.
 *
 * @throws ReventoError `host_changed` when it may not, or the user cannot be asked
 */
export type ConfirmHost = (change: HostChange) => Promise<void>;

/** How to ask, and what the question names. */
interface HostQuestion {
  readonly profile: string;
  readonly settings: Pick<Settings, 'get'>;
  readonly terminal: {
    readonly isInteractive: boolean;
    notice(text: string): void;
    ask(question: string, options: { readonly signal: AbortSignal }): Promise<string>;
  };
  readonly signal: AbortSignal;
}

/**
 * Asks, as ssh does for a changed host key: writing a file or a variable must not be enough to
 * have a secret sent to them.
 */
export function confirmHostWith({ profile, settings, terminal, signal }: HostQuestion): ConfirmHost {
  return async (change) => {
    const { what, setting, from, to } = change;
    const source = settings.get(setting)?.source ?? 'profile';
    const where = source === 'profile' ? `in profile "${profile}"` : `from ${sources[source]}`;
    if (terminal.isInteractive) {
      terminal.notice(`warning: ${what} was stored for ${from}, but ${setting} (${where}) is now ${to}.`);
      const answer = await terminal.ask(`Send it to ${to} from now on? [y/N] `, { signal });
      if (/^y(es)?$/i.test(answer.trim())) return;
    }
    throw new ReventoError(
      'host_changed',
      `${what} was stored for ${from} and was not sent to ${to}, which ${setting} (${where}) names now.`,
      {
        hint: `if you trust ${to}, run: ${program(profile)} config set ${setting} ${shellWord(to)}; if you did not change ${setting}, somebody else did: correct it`,
      },
    );
  };
}

const sources = { flag: 'a flag', environment: 'the environment', default: 'the default' } as const;

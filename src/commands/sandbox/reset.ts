import type { CommandModule } from '../../command-kit/command.ts';
import { chosenSandbox, hasSandboxProfile } from './shared/profile.ts';
import { askSandbox } from './shared/remote.ts';

export interface SandboxResetOptions {
  readonly keepLogins: boolean;
}

/** `revento sandbox reset`: the running sandbox starts over, with the same credentials and the same test data. */
export const sandboxReset: CommandModule<SandboxResetOptions> = {
  declare: (command) =>
    command.option('--keep-logins', 'reset rate limits, faults and deliveries, but leave tokens valid', false),
  examples: [
    {
      command: 'revento sandbox reset',
      explains: 'end every login, clear limits and deliveries, forget faults ordered since the start',
    },
    { command: 'revento sandbox reset --keep-logins', explains: 'clear the rest, but leave tokens valid' },
  ],
  layout: { shape: 'value' },

  async *run({ keepLogins }, deps) {
    await askSandbox(deps, 'reset', { keep_logins: keepLogins });
    // Inside `sandbox exec` the environment leads there, and no profile does.
    const login = (await hasSandboxProfile(deps)) ? `revento -p ${chosenSandbox(deps)} login` : 'revento login';
    yield {
      kind: 'value',
      data: { reset: true, logins_kept: keepLogins },
      text: (style) =>
        `${style.green('✓')} Sandbox reset: rate limits, faults and deliveries start over; ${
          keepLogins ? 'logins were kept' : `every login has ended (run: ${login})`
        }`,
    };
    return undefined;
  },
};

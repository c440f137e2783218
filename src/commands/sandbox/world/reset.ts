import type { CommandModule } from '../../../command-kit/command.ts';
import { chosenSandbox, hasSandboxProfile } from '../../shared/sandbox/profile.ts';
import { askSandbox } from '../../shared/sandbox/remote.ts';

interface SandboxResetOptions {
  readonly keepLogins: boolean;
}

/** `revento sandbox reset`: resets the running sandbox, and what is kept of it; credentials and test data stay the same. */
export const sandboxReset: CommandModule<SandboxResetOptions> = {
  declare: (command) => command.option('--keep-logins', 'keep logins: tokens stay valid', false),
  examples: {
    'revento sandbox reset': 'end all logins, clear rate limits, deliveries and injected faults',
    'revento sandbox reset --keep-logins': 'the same, but tokens stay valid',
  },
  layout: { shape: 'value' },

  async *run({ keepLogins }, deps) {
    await askSandbox(deps, 'reset', { keep_logins: keepLogins });
    // Inside `sandbox exec` the environment is set, and there is no profile.
    const login = (await hasSandboxProfile(deps)) ? `revento -p ${chosenSandbox(deps)} login` : 'revento login';
    yield {
      kind: 'value',
      data: { reset: true, logins_kept: keepLogins },
      text: (style) =>
        `${style.green('✓')} Sandbox reset: rate limits, faults, happenings and deliveries are cleared; ${
          keepLogins
            ? 'logins are kept'
            : `its clock shows real time, and all logins have ended (to log in again, run: ${login})`
        }`,
    };
  },
};

import type { CommandModule } from '../../command-kit/command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { valueItem } from '../../output/item.ts';
import { controlVariable } from '../../sandbox/control/key.ts';
import { envFormats, formatVariables, isEnvFormat } from '../../sandbox/server/env-format.ts';
import { adviceOn } from '../../text/suggestion.ts';
import { sandboxVariables } from '../shared/sandbox/remote.ts';

interface SandboxEnvOptions {
  readonly format: string;
}

/** `revento sandbox env`: prints the settings of the sandbox as environment variables, secrets in the clear. */
export const sandboxEnv: CommandModule<SandboxEnvOptions> = {
  declare: (command) =>
    command
      .option('--format <form>', `one of ${envFormats.join(', ')}`, 'sh')
      .addHelpText('after', `\nSecrets are printed in the clear; ${controlVariable} is the key of the control API.`),
  examples: {
    'eval "$(revento sandbox env)"': 'set them in this shell',
    'revento sandbox env --format dotenv': 'lines for an .env file',
  },
  layout: { shape: 'value' },

  async *run({ format }, deps) {
    if (!isEnvFormat(format)) {
      throw new ReventoError('usage', `Unknown format ${JSON.stringify(format)}.`, {
        hint: adviceOn(format, envFormats, `formats are ${envFormats.join(', ')}`),
      });
    }
    const variables = await sandboxVariables(deps);
    yield valueItem({ ...variables }, () => formatVariables(variables, format));
  },
};

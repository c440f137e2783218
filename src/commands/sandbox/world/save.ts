import type { CommandModule } from '../../../command-kit/command.ts';
import { fileError } from '../../../files/file-error.ts';
import { writeUserFile } from '../../../files/user-output.ts';
import { stringify } from '../../../json/stringify.ts';
import { valueItem } from '../../../output/item.ts';
import { askSandbox } from '../../shared/sandbox/remote.ts';

interface SandboxSaveOptions {
  readonly file: string;
}

/** `revento sandbox save`: writes everything the running sandbox holds into a file that `start --load` reads. */
export const sandboxSave: CommandModule<SandboxSaveOptions> = {
  declare: (command) =>
    command
      .argument('<file>', 'the file to write')
      .addHelpText(
        'after',
        [
          '\nThe file holds credentials and signing secrets of the sandbox (mode 0600), but no token in the clear.',
          'Logins stay valid in the sandbox started from it, so do not start two from one file.',
        ].join(' '),
      ),
  examples: {
    'revento sandbox save evening.json': 'keep everything as it is now',
    'revento sandbox start --load evening.json': 'continue from it',
  },
  layout: { shape: 'value' },

  async *run({ file }, deps) {
    const { saved } = await askSandbox(deps, 'save', {});
    try {
      await writeUserFile(file, Buffer.from(`${stringify(saved)}\n`, 'utf8'), { mode: 0o600, signal: deps.signal });
    } catch (error) {
      throw fileError(`write ${file}`, error, 'choose a file in a directory you can write to');
    }
    const happenings = saved.happenings.length;
    yield valueItem(
      { file, happenings },
      (style) => `${style.green('✓')} Saved to ${file}; to continue from it, run: revento sandbox start --load ${file}`,
    );
  },
};

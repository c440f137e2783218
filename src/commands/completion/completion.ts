import type { CommandModule } from '../../command-kit/command.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { valueItem } from '../../output/item.ts';
import { adviceOn } from '../../text/suggestion.ts';

interface CompletionOptions {
  readonly shell: string;
}

/** Each shell's script, loaded when asked for, and the lines that put it to use. */
const shells: Readonly<Record<string, { readonly load: () => Promise<string>; readonly setUp: readonly string[] }>> = {
  bash: {
    load: async () => (await import('./revento.bash?raw')).default,
    setUp: ['source <(revento completion bash)'],
  },
  zsh: {
    load: async () => (await import('./revento.zsh?raw')).default,
    setUp: ['autoload -U compinit; compinit', 'source <(revento completion zsh)'],
  },
  fish: {
    load: async () => (await import('./revento.fish?raw')).default,
    setUp: ['revento completion fish | source'],
  },
  powershell: {
    load: async () => (await import('./revento.ps1?raw')).default,
    setUp: ['revento completion powershell | Out-String | Invoke-Expression'],
  },
};

/** What `revento completion` has a script for. */
export const shellNames: readonly string[] = Object.keys(shells);

const startFiles: Readonly<Record<string, string>> = {
  bash: '~/.bashrc',
  zsh: '~/.zshrc',
  fish: '~/.config/fish/config.fish',
  powershell: '$PROFILE',
};

/** `revento completion`: a script for a shell; it asks the program for candidates, so it is never outdated. */
export const completion: CommandModule<CompletionOptions> = {
  declare: (command) =>
    command
      .argument('<shell>', shellNames.join(', '))
      .addHelpText('after', `Put these lines at the end of your shell's start file:\n\n${setUpHelp()}`),
  examples: {
    'revento completion bash': 'print the script for bash',
    'revento completion fish > ~/.config/fish/completions/revento.fish': 'install it for fish',
  },
  layout: { shape: 'value', isText: true },

  async *run({ shell }) {
    const found = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
    if (found === undefined) {
      throw new ReventoError('usage', `There is no completion for ${JSON.stringify(shell)}.`, {
        hint: adviceOn(shell, shellNames, `shells are ${shellNames.join(', ')}`),
      });
    }
    const script = await found.load();
    yield valueItem({ shell, script }, () => script.trimEnd());
  },
};

function setUpHelp(): string {
  return Object.entries(shells)
    .map(([name, { setUp }]) => [`  ${startFiles[name]} (${name})`, ...setUp.map((line) => `    ${line}`)].join('\n'))
    .join('\n');
}

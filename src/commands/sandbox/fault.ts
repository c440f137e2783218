import type { CommandModule } from '../../command-kit/command.ts';
import { collect } from '../../command-kit/option-values.ts';
import { parseFault } from '../../sandbox/faults/fault.ts';
import { faultHelp } from '../../sandbox/faults/fault-help.ts';
import { askSandbox } from '../shared/sandbox/remote.ts';

interface SandboxFaultOptions {
  readonly fault: readonly string[];
  readonly remove?: readonly string[];
  readonly clear: boolean;
}

/** `revento sandbox fault`: injects faults into the running sandbox, without the restart that would end every login. */
export const sandboxFault: CommandModule<SandboxFaultOptions> = {
  declare: (command) =>
    command
      .argument('[fault...]', 'faults to inject, in addition to the active ones')
      .option('--remove <fault>', 'remove one active fault; repeatable', collect)
      .option('--clear', 'clear all faults first', false)
      .addHelpText('after', `\n${faultHelp}`),
  examples: {
    'revento sandbox fault api:expiredx1': 'the next API request gets token_expired',
    'revento sandbox fault --clear': 'clear all faults',
    'revento sandbox fault': 'list active faults and how often each has fired',
  },
  layout: { shape: 'rows', columns: [{ path: 'fault' }, { path: 'hits' }, { path: 'remaining' }] },

  async *run({ fault, remove = [], clear }, deps) {
    // Before anything is cleared, and with the message that the flag would get.
    for (const text of fault) parseFault(text);
    const { faults } = await askSandbox(deps, 'fault', { add: [...fault], remove: [...remove], clear });
    if (clear) deps.terminal.notice('Cleared all faults.');
    yield { kind: 'rows', rows: faults };
  },
};

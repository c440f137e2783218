import type { CommandModule } from '../../command-kit/command.ts';
import type { Json } from '../../json/value.ts';
import { faultHelp } from '../../sandbox/faults/fault-help.ts';
import { parseFault } from '../../sandbox/faults/faults.ts';
import { askSandbox } from './shared/remote.ts';

export interface SandboxFaultOptions {
  readonly fault: readonly string[];
  readonly clear: boolean;
}

/** `revento sandbox fault`: makes the running sandbox misbehave, without the restart that would end every login. */
export const sandboxFault: CommandModule<SandboxFaultOptions> = {
  declare: (command) =>
    command
      .argument('[fault...]', 'what is to go wrong from now on, besides what was ordered before')
      .option('--clear', 'forget what was ordered before', false)
      .addHelpText('after', `\n${faultHelp}`),
  examples: [
    { command: 'revento sandbox fault api:expiredx1', explains: 'the next API request finds its token expired' },
    { command: 'revento sandbox fault --clear', explains: 'behave again' },
    { command: 'revento sandbox fault', explains: 'what is ordered, and how often it has struck' },
  ],
  layout: { shape: 'rows', columns: [{ path: 'fault' }, { path: 'struck' }, { path: 'left' }] },

  async *run({ fault, clear }, deps) {
    // Before anything is cleared, and with the words a flag would get.
    for (const text of fault) parseFault(text);
    const answer = await askSandbox(deps, 'POST', '/faults', { add: [...fault], clear });
    // The sandbox is this program: its answers have the shape it gives them.
    const { faults } = answer as unknown as { readonly faults: readonly Json[] };
    if (clear) deps.terminal.notice('What was ordered before is forgotten.');
    yield { kind: 'rows', rows: faults };
    return undefined;
  },
};

import { acts } from '../../certify/acts.ts';
import type { CommandModule } from '../../command-kit/command.ts';
import { collect } from '../../command-kit/option-values.ts';
import { type Item, valueItem } from '../../output/item.ts';
import { explained } from '../shared/audit/explained.ts';
import { chosenRules } from '../shared/audit/rules.ts';
import type { CertifyOptions } from '../shared/certify/options.ts';
import { certified } from '../shared/certify/run.ts';
import { reportFormats } from '../shared/report-form.ts';

/**
 * `revento certify`: starts an integration beside a sandbox, tests it with every act, and reports the rules that it
 * broke.
 */
export const certify: CommandModule<CertifyOptions> = {
  declare: (command) =>
    command
      .argument('[command...]', 'the command that starts the integration, after --')
      .usage('[options] -- COMMAND')
      .option('--connect <url>', 'URL that starts a consent; {event} is replaced by the event ID')
      .option('--login <url>', 'URL where a participant signs in, if any do; {event} is replaced by the event ID')
      .option('--redirect-uri <uri>', 'redirect URI (default: /callback at the origin of --connect)')
      .option('--webhook <url>', 'URL of the webhook handler, or its port')
      .option(
        '--sync <url>',
        'URL: a POST to it makes the integration read the API, and it responds with 2xx when done',
      )
      .option('--sync-command <command>', 'shell command that does the same, and exits with 0 when done')
      .option('--sync-timeout <duration>', 'how long a sync may take (default: 25s)')
      .option(
        '--restart [command]',
        'allow killing the integration, and restart it with this command (default: COMMAND)',
      )
      .option('--effects <command>', 'shell command that prints what the handler did, as a number or JSON')
      .option('--effects-url <url>', 'URL that answers with the same')
      .option(
        '--settle <duration>',
        'how long an effect may take to appear after the answer, and a deletion, 5s or more (default: 5s)',
      )
      .option('--data <path>', 'file, directory or URL that shows what it keeps of people; repeatable', collect)
      .option('--manifest <file>', 'the scopes and event types that your integration declares: YAML or JSON')
      .option('--ready-timeout <duration>', 'how long it may take to answer after being started (default: 30s)')
      .option('--seed <n>', 'random seed of the test data (default: 1)')
      .option('--config <file>', 'the same settings in a file (default: certify.json, if there is one)')
      .addOption(command.createOption('--format <format>', 'format of the report').choices(reportFormats))
      .option('--only <ids>', 'check only these rules, separated by commas')
      .option('--baseline <file>', 'an earlier report (--format json): rules broken there do not fail this run')
      .option('--list', 'list the acts and start nothing')
      .option('--explain <rule>', 'explain a rule: what it requires, why, and which acts test it')
      .addHelpText(
        'after',
        `\n${[
          'COMMAND finds the sandbox in its environment, as with `revento sandbox exec`. Instead of waiting,',
          'the clock of the sandbox is moved. Rules that cannot be tested with the given flags are reported as not seen,',
          'with the flag to add. COMMAND and all processes that it started are always ended.',
        ].join(' ')}\n\nExits with 3 when a rule of the level \`must\` or a case of \`webhook check\` is broken.\n`,
      ),
  examples: {
    "revento certify --connect 'http://localhost:3000/connect?event_id={event}' --webhook 3000 --sync 'http://localhost:3000/sync?event_id={event}' --restart -- npm start":
      'all acts, for an integration on port 3000',
    'revento certify --format html > passport.html': 'with the settings in certify.json',
    'revento certify --list': 'the acts that test the integration',
  },
  layout: { shape: 'value' },
  answersByStatus: () => true,

  async *run(options, deps) {
    if (options.list) {
      yield valueItem(
        acts.map(({ id, title, brings, needs }) => ({ id, title, rules: [...brings], needs: [...needs] })),
        (style) => acts.map(({ id, title }) => `${style.bold(id.padEnd(24))} ${title}`).join('\n'),
      );
      return undefined;
    }
    if (options.explain !== undefined) {
      yield explanation(options.explain);
      return undefined;
    }
    return yield* certified(options, deps);
  },
};

function explanation(list: string): Item {
  const shown = chosenRules(list).map(({ judge: _, ...rule }) => ({
    ...rule,
    acts: acts.filter(({ brings }) => brings.includes(rule.id)).map(({ id, title }) => ({ id, title })),
  }));
  const [first] = shown;
  return valueItem(shown.length === 1 && first !== undefined ? first : shown, () =>
    shown
      .map((rule) => [explained(rule), ...rule.acts.map(({ id, title }) => `act     ${id}: ${title}`)].join('\n'))
      .join('\n\n'),
  );
}

import { hooks } from '../../certify/act.ts';
import { acts } from '../../certify/acts.ts';
import type { PlayedAct } from '../../certify/run.ts';
import { actsFor } from '../../certify/unseen.ts';
import { passport } from '../../checks/passport.ts';
import { scoreOf } from '../../checks/result.ts';
import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { wholeNumber } from '../../command-kit/option-values.ts';
import { exitStatus } from '../../errors/revento-error.ts';
import type { Item } from '../../output/item.ts';
import { readBaseline } from '../shared/audit/baseline.ts';
import { explained } from '../shared/audit/explained.ts';
import { auditText } from '../shared/audit/report.ts';
import { chosenRules } from '../shared/audit/rules.ts';
import { reportForm, reportFormats, reportItem, textItem } from '../shared/report-form.ts';
import { type CertifyOptions, readPlan } from './options.ts';
import { play } from './play.ts';
import { certifyReport } from './report.ts';

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
  examples: [
    {
      command:
        "revento certify --connect 'http://localhost:3000/connect?event_id={event}' --webhook 3000 --sync 'http://localhost:3000/sync?event_id={event}' --restart -- npm start",
      explains: 'all acts, for an integration on port 3000',
    },
    { command: 'revento certify --format html > passport.html', explains: 'with the settings in certify.json' },
    { command: 'revento certify --list', explains: 'the acts that test the integration' },
  ],
  layout: { shape: 'value' },
  answersByStatus: () => true,

  async *run(options, deps) {
    if (options.list) {
      yield {
        kind: 'value',
        data: acts.map(({ id, title, brings, needs }) => ({ id, title, rules: [...brings], needs: [...needs] })),
        text: (style) => acts.map(({ id, title }) => `${style.bold(id.padEnd(24))} ${title}`).join('\n'),
      };
      return undefined;
    }
    if (options.explain !== undefined) {
      yield explanation(options.explain);
      return undefined;
    }
    const only = options.only === undefined ? null : chosenRules(options.only).map(({ id }) => id);
    const form = reportForm(options, deps.format);
    const baseline = await readBaseline(options.baseline, deps, 'revento certify');
    const seed = options.seed === undefined ? null : wholeNumber('--seed', options.seed, 0, 2 ** 31 - 1);
    const plan = await readPlan(options, deps);
    const chosen = actsFor(only, acts);
    const progress = await deps.terminal.progress(`Playing ${chosen.length} acts…`);
    let count = 0;
    const onAct = (played: PlayedAct) => {
      count++;
      progress.update(`Playing ${chosen.length} acts: ${count} done…`);
      if (deps.isVerbose) deps.terminal.notice(actLine(played));
    };
    const played = await play(plan, chosen, { seed, onAct }, deps).finally(() => progress.stop());
    const report = certifyReport(played, { baseline, only });
    if (form === 'text') {
      yield textItem((style) => auditText(report, style, { hasReasons: true }), deps.format);
    } else if (form === 'html') {
      yield { kind: 'bytes', bytes: Buffer.from(passport(report, madeWith(played.acts, deps))) };
    } else {
      const facts = {
        ...Object.fromEntries(madeWith(played.acts, deps)),
        seen: played.seen,
        acts: played.acts.map(({ act, durationMs, outcome }) => ({
          id: act.id,
          outcome: outcome.kind === 'played' ? 'played' : 'not_played',
          ...(outcome.kind === 'played' ? { facts: outcome.facts } : {}),
          duration_ms: durationMs,
        })),
      };
      yield reportItem(form, { report, facts, output: deps.format, jq: options.jq });
    }
    return scoreOf(report.results).failed > 0 ? exitStatus.unmet : undefined;
  },
};

/** The inputs of a report. */
function madeWith(
  played: readonly PlayedAct[],
  { clock }: Pick<Deps, 'clock'>,
): readonly (readonly [string, string])[] {
  const count = played.filter(({ outcome }) => outcome.kind === 'played').length;
  return [
    ['date', new Date(clock.now()).toISOString()],
    ['revento', typeof REVENTO_VERSION === 'string' ? REVENTO_VERSION : 'unbuilt'],
    ['api', 'v1, as the sandbox serves it'],
    ['node', process.versions.node],
    ['played', `${count} of ${acts.length} acts`],
  ];
}

function actLine({ act, outcome, durationMs }: PlayedAct): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  if (outcome.kind === 'played') {
    const facts = Object.entries(outcome.facts).map(([name, value]) => `${name} ${value ?? 'no answer'}`);
    return `act ${act.id}: ${[...facts, seconds].join(', ')}`;
  }
  const why =
    outcome.kind === 'hooks missing'
      ? `needs ${outcome.missing.map((hook) => hooks[hook]).join(', and ')}`
      : outcome.reason;
  return `act ${act.id}: not played, ${why}`;
}

function explanation(list: string): Item {
  const shown = chosenRules(list).map(({ judge: _, ...rule }) => ({
    ...rule,
    acts: acts.filter(({ brings }) => brings.includes(rule.id)).map(({ id, title }) => ({ id, title })),
  }));
  const [first] = shown;
  return {
    kind: 'value',
    data: shown.length === 1 && first !== undefined ? first : shown,
    text: () =>
      shown
        .map((rule) => [explained(rule), ...rule.acts.map(({ id, title }) => `act     ${id}: ${title}`)].join('\n'))
        .join('\n\n'),
  };
}

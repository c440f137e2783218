import { type CheckReport, scoreOf } from '../../../checks/result.ts';
import { resultText, scoreText } from '../../../checks/text.ts';
import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import type { GlobalOptions } from '../../../command-kit/globals.ts';
import { exitStatus, ReventoError } from '../../../errors/revento-error.ts';
import type { HttpFailureKind } from '../../../http/failure.ts';
import { valueItem } from '../../../output/item.ts';
import type { Exchange } from '../../../ports/exchange.ts';
import type { Style } from '../../../text/style.ts';
import { parseDuration } from '../../../text/time.ts';
import type { CaseResult } from '../../../webhook/conformance/case.ts';
import { runCases } from '../../../webhook/conformance/run.ts';
import { flawOf } from '../../../webhook/effects/flaw.ts';
import { targetUrl } from '../../../webhook/sending/target-url.ts';
import { type EffectsFlags, effectsOf } from '../../shared/certify/effects.ts';
import { type ReportFormat, reportForm, reportFormats, reportItem, textItem } from '../../shared/report-form.ts';
import { handlerHint } from '../shared/handler-hint.ts';
import { sampleEventId } from '../shared/sample-event.ts';
import { signingSecrets } from '../shared/secrets.ts';
import { insecureOption, senderOptions } from '../shared/send.ts';
import { chosen, runnable } from './chosen.ts';
import { ownHandler, requireEffects } from './started.ts';
import { checkResult, isStopped, verdictLines } from './verdict.ts';

interface WebhookCheckOptions extends GlobalOptions, EffectsFlags {
  readonly url?: string;
  readonly format?: ReportFormat;
  readonly only?: string;
  readonly list?: boolean;
  readonly patience: string;
  /** Starts the handler. */
  readonly command?: readonly string[];
}

/** What the command uses. */
type CheckDeps = Pick<
  Deps,
  | 'profile'
  | 'event'
  | 'format'
  | 'childEnv'
  | 'clock'
  | 'signal'
  | 'terminal'
  | 'forwarder'
  | 'isVerbose'
  | 'launch'
  | 'redactor'
  | 'secrets'
>;

/** `revento webhook check`: runs the conformance cases against a handler; exit 3 when one fails, 5 when unjudged. */
export const webhookCheck: CommandModule<WebhookCheckOptions> = {
  declare: (command) =>
    command
      .argument('[url]', 'the handler, or its port')
      .argument('[command...]', 'with --effects: starts the handler, which is then killed and restarted; after --')
      .usage('[options] [url] [-- COMMAND]')
      .addOption(command.createOption('--format <format>', 'format of the report').choices(reportFormats))
      .option('--only <ids>', 'run only these cases, separated by commas')
      .option('--list', 'list the cases and send nothing')
      .option('--patience <duration>', 'fail answers slower than this', '10s')
      .option('--effects <command>', 'shell command that prints what the handler did, as a number or JSON')
      .option('--effects-url <url>', 'URL that answers with the same')
      .option('--settle <duration>', 'how long an effect may take to appear after the answer (default: 10s)')
      .option(...insecureOption)
      .addHelpText(
        'after',
        '\nThe handler receives test deliveries signed with your secret: run it against a test system.\nExits with 3 when a case fails, with 5 when none failed but some could not be judged.\nWith --effects the cases effect-… are judged by what the handler did, such as a count of rows that it inserted.\nWith COMMAND the handler is started with your secret, killed at several moments before its answer, and restarted.\n`revento help webhooks` has the rules, and receivers to start from.\n',
      ),
  examples: {
    'revento webhook check 3000': 'check a local handler',
    [`revento webhook check 3000 --effects 'sqlite3 app.db "select count(*) from approvals"'`]:
      'check what the handler did as well, such as twice for a delivery that arrived twice',
    'revento webhook check 3000 --effects-url http://localhost:3000/effects -- npm start':
      'start the handler, and kill and restart it as well',
  },
  layout: { shape: 'value' },
  answersByStatus: () => true,

  async *run(options, deps: CheckDeps) {
    if (options.list) {
      const cases = chosen(options.only);
      yield valueItem(
        cases.map(({ id, title, sent, wanted, why, fix }) => ({ id, title, sent, wanted, why, fix })),
        (style) => cases.map(({ id, title }) => `${style.bold(id.padEnd(24))} ${title}`).join('\n'),
      );
      return undefined;
    }
    if (options.url === undefined) {
      throw new ReventoError('usage', 'Name the URL or port of the handler.', {
        hint: 'such as: revento webhook check 3000',
      });
    }
    const form = reportForm(options, deps.format);
    const patienceMs = parseDuration(options.patience);
    if (patienceMs === 0) throw new ReventoError('usage', '--patience 0s would fail every handler.');
    const isRemoteAllowed = options.insecure !== true;
    const url = targetUrl(options.url, { source: 'the URL argument', isRemoteAllowed }).href;
    // Each request has a connection of its own, so there is nothing to close.
    const { exchange } = await deps.forwarder(senderOptions(options));
    const effects = effectsOf(options, exchange, deps);
    const { command = [] } = options;
    requireEffects(command, effects !== null);
    const [current, previous] = await signingSecrets(deps);
    const secrets = { secret: current.secret.reveal(), previousSecret: previous?.secret.reveal() ?? null };
    const target = { url, exchange, ...secrets };
    const handler = ownHandler(command, target, deps);
    const means = { hasPrevious: previous !== undefined, effects, restart: handler?.restart ?? null };
    const cases = runnable(options.only, { ...means, profile: deps.profile });
    try {
      await handler?.start();
      await refuseDead({ ...target, timeoutMs: patienceMs }, deps);
      const { clock, signal } = deps;
      const run = runCases(cases, { ...target, clock, signal, eventId: sampleEventId(deps), patienceMs });
      const results: CaseResult[] = [];
      let step = await run.next();
      for (; !step.done; step = await run.next()) {
        const result = step.value;
        results.push(result);
        if (form === 'text') yield textItem((style) => caseText(result, style), deps.format);
      }
      const { explanation, framework, notes } = step.value;
      const flaw = flawOf(results);
      const unsent = cases.length - results.length;
      const lines = [
        ...verdictLines(results, explanation, { url, label: current.label, unsent }),
        ...(flaw === null ? [] : [`cause: ${flaw}`]),
        ...notes.map((note) => `note: ${note}`),
      ];
      const report: CheckReport = {
        command: `revento webhook check ${url}`,
        suite: 'revento.webhook',
        results: results.map(checkResult),
        notes: lines,
      };
      if (form === 'text') {
        yield textItem((style) => [scoreText(report.results, style), ...lines].join('\n'), deps.format);
      } else {
        const facts = { url, framework, cause: explanation?.mistake ?? null, fix: explanation?.fix ?? null };
        yield reportItem(form, { report, facts, output: deps.format, jq: options.jq });
        for (const line of lines) deps.terminal.notice(line);
      }
      const { failed, skipped } = scoreOf(results);
      return failed > 0 ? exitStatus.unmet : skipped > 0 ? exitStatus.later : undefined;
    } finally {
      await handler?.end();
    }
  },
};

/** Leaves the remedy for a failed plain delivery to the verdict, which knows the cause. */
function caseText(result: CaseResult, style: Style): string {
  const shown = isStopped(result) ? ['sent', 'wanted', 'got'] : undefined;
  return resultText(checkResult(result), style, shown);
}

/** Failures that prove that no handler is listening. A handler may refuse or ignore HEAD. */
const nobody: ReadonlySet<HttpFailureKind> = new Set([
  'dns',
  'refused',
  'unreachable',
  'connect_timeout',
  'closed',
  'proxy',
  'tls',
  'wrong_protocol',
  'not_loopback',
]);

interface Probe {
  readonly url: string;
  readonly timeoutMs: number;
  readonly exchange: Exchange;
}

/** One clear error is better than forty lines of "no answer". */
async function refuseDead({ url, timeoutMs, exchange }: Probe, { signal }: Pick<Deps, 'signal'>): Promise<void> {
  const { isHttpFailure } = await import('../../../http/failure.ts');
  try {
    await exchange({ method: 'HEAD', url, headers: [], body: new Uint8Array(), timeoutMs, signal });
  } catch (error) {
    if (!isHttpFailure(error)) throw error;
    if (!nobody.has(error.kind)) return;
    const isDown = error.kind === 'refused';
    const found = isDown ? null : handlerHint({ url, status: null, failure: error, excerpt: '', location: null });
    const hint = found ?? 'start your handler, then run the same command again';
    throw new ReventoError('failed', `Nothing answers at ${url}: ${error.message}.`, { hint }, { cause: error });
  }
}

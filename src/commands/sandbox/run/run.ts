import type { CheckReport, CheckResult } from '../../../checks/result.ts';
import { scoreOf } from '../../../checks/result.ts';
import { resultText, scoreText } from '../../../checks/text.ts';
import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import type { GlobalOptions } from '../../../command-kit/globals.ts';
import { exitStatus, ReventoError } from '../../../errors/revento-error.ts';
import { isLoopback } from '../../../http/this-machine.ts';
import { parseUrl } from '../../../http/web-address.ts';
import { type Item, valueItem } from '../../../output/item.ts';
import type { OperationName, ParamsOf, ResultOf } from '../../../sandbox/control/operations.ts';
import { builtInScenarios } from '../../../sandbox/scenario/built-in.ts';
import type { Played } from '../../../sandbox/scenario/play.ts';
import type { Scenario } from '../../../sandbox/scenario/scenario.ts';
import { wrap } from '../../../text/wrap.ts';
import { type ReportFormat, reportForm, reportFormats, reportItem, textItem } from '../../shared/report-form.ts';
import { askSandbox, type SandboxDeps, sandboxAddress } from '../../shared/sandbox/remote.ts';
import { keepSigning } from '../shared/signing.ts';
import { startIntegration } from './integration.ts';

interface SandboxRunOptions extends GlobalOptions {
  readonly scenario?: string;
  readonly format?: ReportFormat | 'ndjson';
  readonly list?: boolean;
  readonly syncUrl?: string;
  readonly command?: readonly string[];
}

/** `revento sandbox run`: plays a scenario to an integration and checks what it does; exit 3 when that is wrong. */
export const sandboxRun: CommandModule<SandboxRunOptions> = {
  declare: (command) =>
    command
      .argument('[scenario]', 'name of a built-in scenario (see --list), or a YAML or JSON file')
      .argument('[command...]', 'after --: start this first, and end it after the scenario')
      .usage('[options] [scenario] [-- COMMAND]')
      .addOption(command.createOption('--format <format>', 'report format').choices([...reportFormats, 'ndjson']))
      .option('--list', 'list the built-in scenarios and what each shows')
      .option('--sync-url <url>', 'URL: a POST to it makes your integration read the API, and it responds when done')
      .addHelpText(
        'after',
        [
          '\nYour integration must be connected to the running sandbox and receive its deliveries. Changes stay:',
          'run `revento sandbox reset` to start over. Instead of waiting, the clock of the sandbox is moved.',
          'COMMAND gets the settings of the sandbox as environment variables, and the scenario starts once something answers at',
          'the webhook URL.',
          'Exits with 3 when an expectation is not met. schemas/scenario.schema.json describes the file format.',
        ].join(' '),
      ),
  examples: {
    'revento sandbox run --list': 'the scenarios, and what each shows',
    'revento sandbox run registration-evening --format junit > report.xml': 'a report for CI',
    'revento sandbox exec --webhook-url http://localhost:3000/webhooks/revento -- revento sandbox run change-of-mind -- npm start':
      'in CI: a temporary sandbox, your integration, and the scenario',
  },
  layout: { shape: 'value' },
  answersByStatus: () => true,

  async *run(options, deps) {
    if (options.list) {
      yield await listItem();
      return undefined;
    }
    const name = options.scenario;
    if (name === undefined) {
      throw new ReventoError('usage', 'Name a scenario, or a file with one.', {
        hint: 'to see them, run: revento sandbox run --list',
      });
    }
    const isStreamed =
      options.format === 'ndjson' ||
      (options.format === undefined && deps.format === 'ndjson' && options.jq === undefined);
    const { format, ...others } = options;
    const form = isStreamed
      ? 'json'
      : reportForm({ ...others, ...(format !== undefined && format !== 'ndjson' && { format }) }, deps.format);
    const { loadScenario } = await import('../../shared/sandbox/scenario.ts');
    const scenario = await loadScenario(name, deps);
    const results: CheckResult[] = [];
    if (form === 'text')
      yield textItem(({ bold, width }) => `${bold(scenario.title)}\n${shown(scenario, width)}\n`, deps.format);
    const syncUrl = syncUrlOf(options.syncUrl);
    const { command = [] } = options;
    const integration = command.length === 0 ? null : await startIntegration(command, deps);
    try {
      for await (const played of start(scenario, syncUrl, deps)) {
        const status = (await integration?.lost(false)) ?? null;
        if (status !== null) throw endedEarly(command, status);
        const result = resultOf(played);
        results.push(result);
        if (isStreamed) yield rowItem(played, deps);
        else if (form === 'text') yield textItem((style) => resultText(result, style), deps.format);
      }
    } finally {
      await integration?.end();
    }
    const report: CheckReport = {
      command: `revento sandbox run ${name}`,
      suite: 'revento.sandbox',
      results,
      notes: [scenario.shows],
    };
    if (form === 'text') yield textItem((style) => scoreText(results, style, 'steps'), deps.format);
    else if (!isStreamed) {
      const facts = { scenario: name, title: scenario.title, shows: scenario.shows };
      yield reportItem(form, { report, facts, output: deps.format, jq: options.jq });
    }
    return scoreOf(results).failed > 0 ? exitStatus.unmet : undefined;
  },
};

function endedEarly([program]: readonly string[], status: number): ReventoError {
  return new ReventoError('failed', `${program} ended with status ${status} before the scenario ended.`);
}

/** What playing a scenario needs. */
type PlayDeps = SandboxDeps & Pick<Deps, 'clock' | 'terminal'>;

async function* start(scenario: Scenario, syncUrl: string | null, deps: PlayDeps): AsyncGenerator<Played, void, void> {
  const { webhook_url: webhookUrl } = await askSandbox(deps, 'status', {});
  if (webhookUrl === null && scenario.steps.some(({ expect }) => expect?.deliveries !== undefined)) {
    throw new ReventoError(
      'setting_missing',
      'The scenario is about deliveries, and the sandbox was started without --webhook-url.',
      {
        hint: 'give it one, as in: revento sandbox exec --webhook-url http://localhost:3000/webhooks/revento -- COMMAND',
      },
    );
  }
  const { createStageHand } = await import('../../../sandbox/scenario/hand.ts');
  const { play } = await import('../../../sandbox/scenario/play.ts');
  const hand = await createStageHand({
    ask: (name, params) => ask(name, params, deps),
    http: await deps.http(),
    authBase: await sandboxAddress(deps),
    clock: deps.clock,
    signal: deps.signal,
    syncUrl,
    notice: (text) => deps.terminal.notice(text),
  });
  yield* play(scenario, hand, isRefusal);
}

/** As the commands of the same names do: a rotation reaches the profile, and no token is ever shown. */
async function ask<Name extends OperationName>(
  name: Name,
  params: ParamsOf<Name>,
  deps: SandboxDeps,
): Promise<ResultOf<Name>> {
  const result = await askSandbox(deps, name, params);
  if (name === 'rotate') await keepSigning(deps, result as ResultOf<'rotate'>);
  if (name === 'login') deps.redactor.add((result as ResultOf<'login'>).access_token);
  return result;
}

/** The sandbox refused; a network failure is not a refusal. */
function isRefusal(error: unknown): error is ReventoError {
  return error instanceof ReventoError && (error.facts.status ?? 0) >= 400;
}

function syncUrlOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const url = parseUrl(text);
  if (url !== null && /^https?:$/.test(url.protocol) && isLoopback(url.hostname)) return url.href;
  throw new ReventoError('usage', '--sync-url must be an http or https URL on this machine.', {
    hint: 'such as --sync-url http://localhost:3000/sync',
  });
}

function resultOf({ number, kind, title, outcome, wanted, got, durationMs }: Played): CheckResult {
  const particulars = [...(wanted === '' ? [] : [['wanted', wanted] as const]), ['got', got] as const];
  return { id: `${String(number).padStart(2, '0')}-${kind}`, title, outcome, got, particulars, durationMs };
}

function rowItem({ durationMs, ...played }: Played, { format }: Pick<Deps, 'format'>): Item {
  const row = { type: 'step', ...played, duration_ms: durationMs };
  if (format === 'ndjson') return valueItem(row, () => '');
  return { kind: 'bytes', bytes: Buffer.from(`${JSON.stringify(row)}\n`) };
}

function shown({ shows }: Scenario, width: number): string {
  return wrap(shows.trim(), Math.min(width, 100)).join('\n');
}

async function listItem(): Promise<Item> {
  const { builtIn } = await import('../../shared/sandbox/scenario.ts');
  const all = await Promise.all(
    builtInScenarios.map(async (name) => {
      const { title, shows, steps } = await builtIn(name);
      return { name, title, shows: shows.trim(), steps: steps.length };
    }),
  );
  return valueItem(all, ({ bold, width }) =>
    all
      .map(({ name, shows }) =>
        [bold(name), ...wrap(shows, Math.min(width, 100) - 2).map((line) => `  ${line}`)].join('\n'),
      )
      .join('\n'),
  );
}

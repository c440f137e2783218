import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import type { GlobalOptions } from '../../../command-kit/globals.ts';
import { secretVariables } from '../../../config/environment.ts';
import { program } from '../../../errors/next-command.ts';
import { exitStatus, ReventoError } from '../../../errors/revento-error.ts';
import { nearest } from '../../../text/suggestion.ts';
import { parseDuration } from '../../../text/time.ts';
import {
  type CaseResult,
  type CheckOptions,
  type ConformanceCase,
  runCases,
} from '../../../webhook/conformance/bench.ts';
import { conformanceCases, isAlwaysRun } from '../../../webhook/conformance/cases.ts';
import { scoreOf } from '../../../webhook/conformance/report.ts';
import { signingSecrets } from '../shared/secrets.ts';
import { parseTarget } from '../shared/send.ts';
import { type ReportFormat, reportForm, reportFormats, reportItem, textItem } from './form.ts';
import { commonCause, isNobody, resultText, scoreText } from './text.ts';

export interface WebhookCheckOptions extends GlobalOptions {
  readonly url?: string;
  readonly format?: ReportFormat;
  readonly only?: string;
  readonly list?: boolean;
  readonly patience: string;
}

/** `revento webhook check`: puts a handler through the conformance cases; exit 3 when one fails. */
export const webhookCheck: CommandModule<WebhookCheckOptions> = {
  declare: (command) =>
    command
      .argument('[url]', 'the handler, or its port')
      .addOption(command.createOption('--format <format>', 'form of the report').choices(reportFormats))
      .option('--only <ids>', 'only these cases, separated by commas')
      .option('--list', 'show the cases and send nothing')
      .option('--patience <duration>', 'answers slower than this fail', '10s')
      .addHelpText(
        'after',
        '\nThe handler gets test deliveries signed with your secret: run it against a test system.\n`revento help webhooks` has the rules, and handlers to start from.\n',
      ),
  examples: [
    { command: 'revento webhook check 3000', explains: 'check a local handler' },
    { command: 'revento webhook check 3000 --format junit > report.xml', explains: 'a report for CI' },
    { command: 'revento webhook check 3000 --only stale,duplicate', explains: 'two cases alone' },
  ],
  layout: { shape: 'value' },
  answersByStatus: () => true,

  async *run(options, deps) {
    if (options.list) {
      const cases = chosen(options.only);
      yield {
        kind: 'value',
        data: cases.map(({ id, title, sent, wanted, why, fix }) => ({ id, title, sent, wanted, why, fix })),
        text: (style) => cases.map(({ id, title }) => `${style.bold(id.padEnd(24))} ${title}`).join('\n'),
      };
      return undefined;
    }
    if (options.url === undefined) {
      throw new ReventoError('usage', 'Which handler? Name its URL or port.', {
        hint: 'such as: revento webhook check 3000',
      });
    }
    const form = reportForm(options, deps.format);
    const url = parseTarget(options.url);
    const [current, previous] = await signingSecrets(deps);
    const cases = runnable(chosen(options.only), {
      isAsked: options.only !== undefined,
      hasPrevious: previous !== undefined,
      profile: deps.profile,
    });
    const results: CaseResult[] = [];
    const secrets = { secret: current.secret.reveal(), previousSecret: previous?.secret.reveal() ?? null };
    for await (const result of check(url, cases, secrets, options.patience, deps)) {
      results.push(result);
      if (form === 'text') yield textItem((style) => resultText(result, style, results[0]), deps.format);
      if (isNobody(result)) break;
    }
    const cause = commonCause(url, results, { label: current.label, unsent: cases.length - results.length });
    if (form === 'text') yield textItem((style) => scoreText(results, style), deps.format);
    else yield reportItem(form, { url, results, output: deps.format, jq: options.jq });
    if (cause !== null) deps.terminal.notice(`hint: ${cause}`);
    return scoreOf(results).failed > 0 ? exitStatus.unmet : undefined;
  },
};

async function* check(
  url: string,
  cases: readonly ConformanceCase[],
  secrets: Pick<CheckOptions, 'secret' | 'previousSecret'>,
  patience: string,
  deps: Deps,
) {
  const patienceMs = parseDuration(patience);
  if (patienceMs === 0) throw new ReventoError('usage', '--patience 0s would fail every handler.');
  const exchange = await deps.http();
  await refuseDead(url, patienceMs, deps);
  yield* runCases(cases, {
    url,
    ...secrets,
    exchange,
    clock: deps.clock,
    signal: deps.signal,
    eventId: deps.event ?? 'evt_test_published',
    patienceMs,
  });
}

/** Thirty times "no answer" tells less than one sentence. */
async function refuseDead(url: string, timeoutMs: number, deps: Deps): Promise<void> {
  const { isHttpFailure } = await import('../../../http/failure.ts');
  try {
    await (await deps.http())({
      method: 'HEAD',
      url,
      headers: [],
      body: new Uint8Array(),
      timeoutMs,
      signal: deps.signal,
    });
  } catch (error) {
    if (!isHttpFailure(error)) throw error;
    // A handler may refuse or ignore HEAD; only that nobody is there is certain.
    if (!['refused', 'dns', 'unreachable', 'connect_timeout', 'tls'].includes(error.kind)) return;
    const hint = 'start your handler first, then run the same command again';
    throw new ReventoError('failed', `Nothing answers at ${url}: ${error.message}.`, { hint }, { cause: error });
  }
}

function chosen(only: string | undefined): readonly ConformanceCase[] {
  if (only === undefined) return conformanceCases;
  const ids = only.split(',').map((id) => id.trim());
  const known = conformanceCases.map(({ id }) => id);
  for (const id of ids) {
    if (known.includes(id)) continue;
    const meant = nearest(id, known);
    throw new ReventoError('usage', `There is no case ${JSON.stringify(id)}.`, {
      hint: meant === null ? 'run: revento webhook check --list' : `did you mean ${meant}?`,
    });
  }
  return conformanceCases.filter(({ id }) => ids.includes(id));
}

/**
 * Without the cases that need a previous secret where there is none.
 *
 * @throws ReventoError `setting_missing` when such a case was asked for by name
 */
function runnable(
  cases: readonly ConformanceCase[],
  { isAsked, hasPrevious, profile }: { isAsked: boolean; hasPrevious: boolean; profile: string },
): readonly ConformanceCase[] {
  const without = cases.filter(isAlwaysRun);
  if (hasPrevious || without.length === cases.length) return cases;
  if (!isAsked) return without;
  throw new ReventoError('setting_missing', 'The case previous-secret needs the previous secret.', {
    hint: `set ${secretVariables.webhook_secret_previous}, or run: ${program(profile)} config set webhook_secret_previous`,
  });
}

import type { Deps } from '../deps.ts';
import { parseDuration } from '../duration.ts';
import { exitStatus, ReventoError } from '../errors.ts';
import type { Style } from '../platform/ports.ts';
import { type CaseResult, type ConformanceCase, runCases } from '../webhook/conformance/bench.ts';
import { conformanceCases } from '../webhook/conformance/cases.ts';
import { jsonReport, junitReport, scoreOf, tapReport } from '../webhook/conformance/report.ts';
import type { CommandModule } from './command.ts';
import { nearest } from './suggestion.ts';
import { signingSecrets } from './webhook-secrets.ts';
import { parseTarget } from './webhook-send.ts';

type Format = 'text' | 'json' | 'tap' | 'junit';

export interface WebhookCheckOptions {
  readonly url?: string;
  readonly format?: Format;
  readonly only?: string;
  readonly list?: boolean;
  readonly patience: string;
}

/** `revento webhook check`: puts a handler through the conformance cases; exit 3 when one fails. */
export const webhookCheck: CommandModule<WebhookCheckOptions> = {
  declare: (command) =>
    command
      .argument('[url]', 'the handler, or its port')
      .addOption(
        command.createOption('--format <format>', 'form of the report').choices(['text', 'json', 'tap', 'junit']),
      )
      .option('--only <ids>', 'only these cases, separated by commas')
      .option('--list', 'show the cases and send nothing')
      .option('--patience <duration>', 'answers slower than this fail', '10s')
      .addHelpText(
        'after',
        '\nThe handler gets test deliveries signed with your secret: run it against a test system.\n',
      ),
  examples: [
    { command: 'revento webhook check 3000', explains: 'check a local handler' },
    { command: 'revento webhook check 3000 --format junit > report.xml', explains: 'a report for CI' },
    { command: 'revento webhook check 3000 --only stale,duplicate', explains: 'two cases alone' },
  ],
  layout: { shape: 'value' },

  async *run(options, deps) {
    const cases = chosen(options.only);
    if (options.list) {
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
    const url = parseTarget(options.url);
    const format = options.format ?? (deps.format === 'table' ? 'text' : 'json');
    const results: CaseResult[] = [];
    for await (const result of check(url, cases, options.patience, deps)) {
      results.push(result);
      if (format === 'text') yield { kind: 'value', data: null, text: (style) => resultText(result, style) };
    }
    if (format === 'text') yield { kind: 'value', data: null, text: (style) => scoreText(results, style) };
    else if (format === 'json') {
      const report = jsonReport(url, results);
      // `--format json` asks for JSON whatever `--output` says.
      if (deps.format === 'table') yield { kind: 'bytes', bytes: Buffer.from(`${JSON.stringify(report, null, 2)}\n`) };
      else yield { kind: 'value', data: report, text: () => '' };
    } else {
      const text = format === 'tap' ? tapReport(results) : junitReport(url, results);
      yield { kind: 'bytes', bytes: Buffer.from(text) };
    }
    return scoreOf(results).failed > 0 ? exitStatus.unmet : undefined;
  },
};

async function* check(url: string, cases: readonly ConformanceCase[], patience: string, deps: Deps) {
  const [{ secret }] = await signingSecrets(deps);
  const patienceMs = parseDuration(patience);
  if (patienceMs === 0) throw new ReventoError('usage', '--patience 0s would fail every handler.');
  const exchange = await deps.http();
  await refuseDead(url, deps);
  yield* runCases(cases, {
    url,
    secret: secret.reveal(),
    exchange,
    clock: deps.clock,
    signal: deps.signal,
    eventId: deps.event ?? 'evt_test_published',
    patienceMs,
  });
}

/** Thirty times "no answer" tells less than one sentence. */
async function refuseDead(url: string, deps: Deps): Promise<void> {
  const { isHttpFailure } = await import('../platform/failure.ts');
  try {
    await (await deps.http())({
      method: 'HEAD',
      url,
      headers: [],
      body: new Uint8Array(),
      timeoutMs: 10_000,
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

function resultText({ test, outcome, got }: CaseResult, style: Style): string {
  const mark = { pass: style.green('✓'), warn: style.yellow('!'), fail: style.red('✗') }[outcome];
  if (outcome === 'pass') return `${mark} ${test.title} ${style.dim(`(${test.id})`)}`;
  return [
    `${mark} ${style.bold(test.title)} ${style.dim(`(${test.id})`)}`,
    `    sent    ${test.sent}`,
    `    wanted  ${test.wanted}`,
    `    got     ${outcome === 'fail' ? style.red(got) : style.yellow(got)}`,
    `    why     ${test.why}`,
    `    fix     ${test.fix}`,
  ].join('\n');
}

function scoreText(results: readonly CaseResult[], style: Style): string {
  const { passed, warned, failed } = scoreOf(results);
  const share = `${passed + warned} of ${results.length} cases hold`;
  const summary = failed === 0 ? style.green(share) : style.red(`${share}, ${failed} failed`);
  return `\n${summary}${warned > 0 ? style.yellow(`, ${warned} with a warning`) : ''}`;
}

import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { exitStatus } from '../../errors/revento-error.ts';
import { valueItem } from '../../output/item.ts';
import { counted } from '../../text/sentence.ts';
import type { Style } from '../../text/style.ts';
import { wrap } from '../../text/wrap.ts';
import { checkCallback } from './callback-check.ts';
import { type Check, type CheckDeps, type Finding, type FindingStatus, failureFinding } from './finding.ts';
import { checkServers } from './server-checks.ts';
import { checkClient, checkEnvironment, checkHosts, checkSettings, checkWebhookSecret } from './setting-checks.ts';
import { checkLeftovers, checkLogins, checkPermissions, checkStore } from './store-checks.ts';

/** The checks, in this order; the name is shown for a check that could not run. */
const checks: readonly (readonly [name: string, check: Check])[] = [
  ['settings', checkSettings],
  ['hosts', checkHosts],
  ['client', checkClient],
  ['store', checkStore],
  ['permissions', checkPermissions],
  ['locks', checkLeftovers],
  ['login', checkLogins],
  ['callback', checkCallback],
  ['environment', checkEnvironment],
  ['servers', checkServers],
  ['webhook_secret', checkWebhookSecret],
];

/**
 * `revento doctor`: diagnoses this installation, with a remedy for each problem. Changes nothing, sends no token
 * anywhere, and ends with 1 when something fails.
 */
export const doctor: CommandModule = {
  declare: (command) => command,
  examples: {
    'revento doctor': 'check everything',
    'revento doctor --json --jq \'.[] | select(.status == "fail")\'': 'only failures, for a script',
  },
  layout: {
    shape: 'value',
    columns: [{ path: 'check' }, { path: 'status' }, { path: 'message' }, { path: 'remedy' }],
  },
  answersByStatus: () => true,

  async *run(_options, deps) {
    // This goes to stdout, where nothing else removes a secret that a failure quotes.
    const findings = (await examine(deps)).map((finding) => ({
      ...finding,
      message: deps.redactor.clean(finding.message),
    }));
    const rows = findings.map(({ check, status, message, remedy }) => ({ check, status, message, remedy }));
    if (deps.format === 'table') {
      yield valueItem(rows, (style) => describe(findings, style));
    } else yield { kind: 'rows', rows };
    return findings.some(({ status }) => status === 'fail') ? exitStatus.failed : exitStatus.done;
  },
};

async function examine(deps: CheckDeps & Pick<Deps, 'terminal'>): Promise<readonly Finding[]> {
  const progress = await deps.terminal.progress('checking');
  const findings: Finding[] = [];
  try {
    for (const [name, check] of checks) {
      progress.update(`checking: ${name}`);
      try {
        findings.push(...(await check(deps)));
      } catch (error) {
        findings.push(failureFinding(name, error, deps));
      }
    }
  } finally {
    progress.stop();
  }
  return findings;
}

/** In columns. On a narrower terminal the finding goes below the name of its check. */
const narrowColumns = 64;
/** As wide as a mark with its word. */
const markColumns = 6;

/** A finding as lines that fit the terminal; without a terminal, sentences stay on one line so they can be searched. */
function linesOf({ check, status, message, remedy }: Finding, width: number, style: Style): string[] {
  const isNarrow = style.width < narrowColumns;
  const indent = isNarrow ? 2 : markColumns + width + 3;
  const hung = (text: string, by: number) =>
    style.width === Number.POSITIVE_INFINITY ? [text] : wrap(text, style.width - by);
  const margin = ' '.repeat(indent);
  const found = hung(message, indent);
  const ways = remedy === null ? [] : hung(remedy, indent + 2);
  const title = `${markOf(status, style)} ${style.bold(isNarrow ? check : check.padEnd(width))}`;
  return [
    ...(isNarrow ? [title] : [`${title}  ${found.shift()}`]),
    ...found.map((line) => `${margin}${line}`),
    ...ways.map((line, index) => `${margin}${index === 0 ? style.dim('→') : ' '} ${line}`),
  ];
}

/** A mark with its word: a screen reader does not read every mark, and none says the same everywhere. */
function markOf(status: FindingStatus, style: Style): string {
  const marks: Readonly<Record<FindingStatus, string>> = {
    ok: style.green('✓ ok  '),
    warn: style.yellow('! warn'),
    fail: style.red('✗ fail'),
    skip: style.dim('- skip'),
  };
  return marks[status];
}

function describe(findings: readonly Finding[], style: Style): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap((finding) => linesOf(finding, width, style));
  const count = (status: FindingStatus) => findings.filter((finding) => finding.status === status).length;
  const [failed, warned] = [count('fail'), count('warn')];
  const sum =
    failed + warned === 0
      ? style.green('No problems found.')
      : [failed > 0 && style.red(`${failed} failed`), warned > 0 && style.yellow(counted(warned, 'warning'))]
          .filter((part) => part !== false)
          .join(', ');
  return [...lines, '', sum].join('\n');
}

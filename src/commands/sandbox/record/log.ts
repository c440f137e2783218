import type { CommandModule } from '../../../command-kit/command.ts';
import type { Deps } from '../../../command-kit/deps.ts';
import { ReventoError } from '../../../errors/revento-error.ts';
import { isHttpFailure } from '../../../http/failure.ts';
import type { Json } from '../../../json/value.ts';
import type { ParamsOf, ResultOf } from '../../../sandbox/control/operations.ts';
import { longestAdvanceMs } from '../../../sandbox/control/rows/clock.ts';
import { type LogEntry, type LogKind, logKinds } from '../../../sandbox/control/rows/log.ts';
import { adviceOn } from '../../../text/suggestion.ts';
import { parseDuration } from '../../../text/time.ts';
import { askSandbox, type SandboxDeps } from '../../shared/sandbox/remote.ts';
import { changeOf } from '../shared/happening.ts';

interface SandboxLogOptions {
  readonly follow: boolean;
  readonly kind?: string;
  readonly subject?: string;
  readonly since?: string;
}

/** The polling interval of --follow. */
const pollMs = 250;

/** `revento sandbox log`: happenings, requests, delivery attempts and findings of the running sandbox in one timeline. */
export const sandboxLog: CommandModule<SandboxLogOptions> = {
  declare: (command) =>
    command
      .option('-f, --follow', 'continue to print new entries until Ctrl-C or until the sandbox stops', false)
      .option('--kind <kind>', `only one kind: ${logKinds.join(', ')}`)
      .option('--subject <id>', 'only what concerns this id: a participant, an activity, a delivery, a request')
      .option('--since <time>', 'only entries since a time such as 2027-06-10T09:00:00Z, or in the last 10m')
      .addHelpText(
        'after',
        [
          '\nTimes are those of the sandbox, which `sandbox clock` may have moved.',
          'Requests are shown without query and token. The last 10,000 requests and delivery attempts of this run are',
          'kept, and everything that happened; a restart forgets requests, findings and withheld deliveries. A withheld delivery is',
          'one that Revento would not send; a finding is a rule of `sandbox audit` that an integration broke.',
        ].join(' '),
      ),
  examples: {
    'revento sandbox log': 'everything that happened, oldest first',
    'revento sandbox log --kind delivery --since 10m': 'the deliveries of the last 10 minutes',
    'revento sandbox log --follow -o ndjson': 'one JSON line for each new entry',
  },
  layout: {
    shape: 'rows',
    columns: [
      { path: 'time', title: 'time (UTC)', leaves: 2 },
      { path: 'kind', leaves: 1 },
      { path: 'what' },
      { path: 'about', leaves: 3 },
      { path: 'outcome' },
    ],
    csvPaths: [
      ...['time', 'kind', 'what', 'about', 'outcome', 'at', 'id', 'action', 'actor', 'event_id', 'subject.type'],
      ...['subject.id', 'method', 'path', 'status', 'ms', 'request_id', 'error', 'message', 'delivery_id', 'event'],
      ...['attempt', 'state', 'next_attempt_at', 'signed_with', 'happening_id', 'reason', 'rule', 'level'],
    ],
  },

  async *run({ follow, kind, subject, since }, deps) {
    const query: ParamsOf<'log'> = {
      ...(kind !== undefined && { kind: requireKind(kind) }),
      ...(subject !== undefined && { subject }),
      ...(since !== undefined && { since: await timeOf(since, deps) }),
    };
    let page = await askSandbox(deps, 'log', query);
    const dropped = describeDropped(page.dropped);
    for (;;) {
      if (page.entries.length > 0) yield { kind: 'rows', rows: page.entries.map(rowOf) };
      if (!page.has_more && !(follow && (await hasWaited(deps)))) break;
      const next = await askSandbox(deps, 'log', { ...query, after: page.cursor }).catch(nullIfStopped);
      if (next === null) {
        yield { kind: 'note', text: 'The sandbox has stopped.' };
        break;
      }
      page = next;
    }
    if (dropped !== null) yield { kind: 'note', text: dropped };
  },
};

/** The end of what is followed; whatever else fails is a failure. */
function nullIfStopped(error: unknown): null {
  const cause = error instanceof ReventoError ? error.cause : null;
  if (isHttpFailure(cause) && ['refused', 'closed', 'reset'].includes(cause.kind)) return null;
  throw error;
}

/** Waits for the next look; false once the user has ended it. */
async function hasWaited({ clock, signal }: Pick<Deps, 'clock' | 'signal'>): Promise<boolean> {
  try {
    await clock.sleep(pollMs, signal);
    return true;
  } catch (error) {
    if (!signal.aborted) throw error;
    return false;
  }
}

function requireKind(text: string): LogKind {
  const kind = logKinds.find((one) => one === text);
  if (kind !== undefined) return kind;
  throw new ReventoError('usage', `Unknown kind ${JSON.stringify(text)}.`, {
    hint: adviceOn(text, logKinds, `kinds are ${logKinds.join(', ')}`),
  });
}

/** A time of the sandbox, from one that is written out or a duration before now. @throws ReventoError `usage` */
async function timeOf(text: string, deps: SandboxDeps): Promise<string> {
  const isTime = /^\d{4}-\d\d-\d\d/.test(text);
  const isDuration = /^[\d.]+[a-z]/.test(text);
  const at = isDuration
    ? Date.parse((await askSandbox(deps, 'clock', {})).now) - parseDuration(text, longestAdvanceMs)
    : Date.parse(isTime ? text : '');
  if (Number.isNaN(at)) {
    throw new ReventoError('usage', `${JSON.stringify(text)} is not a time.`, {
      hint: 'write it like 2027-06-10T09:00:00Z, or as a duration such as 10m',
    });
  }
  return new Date(at).toISOString();
}

function rowOf(entry: LogEntry): { readonly [field: string]: Json | undefined } {
  // With seconds, which a table leaves out of a time.
  return { ...entry, time: entry.at.slice(0, 19).replace('T', ' '), ...wordsOf(entry) };
}

/** The columns that entries of every kind have. */
function wordsOf(entry: LogEntry): { readonly what: string; readonly about: string | null; readonly outcome: string } {
  switch (entry.kind) {
    case 'happening':
      return { what: entry.action, about: entry.subject.id, outcome: changeOf(entry) };
    case 'request': {
      const what = entry.method === null ? 'unreadable request' : `${entry.method} ${entry.path}`;
      const status = entry.status === null ? 'connection closed' : `${entry.status}`;
      return { what, about: null, outcome: entry.error === null ? status : `${status} ${entry.error}` };
    }
    case 'withheld':
      return { what: entry.event, about: entry.subject, outcome: `not delivered: ${entry.reason}` };
    case 'finding':
      return { what: entry.rule, about: null, outcome: `${entry.level}: ${entry.what}` };
    case 'delivery':
      return { what: entry.event, about: entry.subject, outcome: attemptInWords(entry) };
  }
}

function attemptInWords({ attempt, state, status, error }: LogEntry & { readonly kind: 'delivery' }): string {
  const ending = { delivered: 'delivered', pending: 'failed, will retry', dead: 'gave up' }[state];
  const count = attempt === 1 ? '' : `attempt ${attempt}: `;
  return error === null ? `${count}${status} ${ending}` : `${count}${error}, ${ending}`;
}

function describeDropped({ requests, deliveries }: ResultOf<'log'>['dropped']): string | null {
  if (requests + deliveries === 0) return null;
  return `note: ${requests} older requests and ${deliveries} older delivery attempts are no longer kept`;
}

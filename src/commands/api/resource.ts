import { jsonOf, readPage } from '../../api/page.ts';
import { type Batch, longestPage, pages } from '../../api/pages.ts';
import type { Resource } from '../../api/resources.ts';
import type { CommandModule, Example } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import type { Item } from '../../output/item.ts';
import type { HeaderList } from '../../ports/exchange.ts';
import { parseDuration } from '../../text/time.ts';
import { type Access, fillEvent, openApi } from '../shared/api-access.ts';
import { CallProgress } from './progress.ts';
import { cursorWord, rowsInWords, withResume } from './resume.ts';

export interface ResourceOptions {
  readonly maxWait: string;
  readonly limit?: string;
  readonly all?: boolean;
  readonly cursor?: string;
}

/** Source: guide, pagination: what the API gives when nothing is asked for. */
const defaultRows = 25;

/** The command of a row of the resource table. */
export function resourceCommand(resource: Resource): CommandModule<ResourceOptions> {
  return {
    declare(command) {
      if (resource.isList) {
        command
          .option('-L, --limit <n>', `rows in all, fetched in pages of ${longestPage} (default: ${defaultRows})`)
          .option('--all', 'every row there is')
          .option('--cursor <cursor>', 'go on from where an earlier run ended');
      }
      command.option('--max-wait <duration>', 'longest wait for the rate limits', '5m');
      return command.addHelpText('after', helpText(resource));
    },
    examples: examplesOf(resource),
    layout: {
      shape: resource.isList ? 'rows' : 'value',
      ...(resource.columns.length > 0 && { columns: resource.columns }),
    },
    async *run(options, deps) {
      const maxWaitMs = parseDuration(options.maxWait);
      const limit = rowLimit(options);
      if (options.cursor === '') throw emptyCursor();
      const progress = new CallProgress(deps);
      // Ends a page that was asked for ahead when nobody wants it any more.
      const done = new AbortController();
      const need = { what: resource.words, kind: resource.kind, scope: resource.scope, eventId: null };
      const access = await openApi(need, deps, {
        maxWaitMs,
        signal: AbortSignal.any([deps.signal, done.signal]),
        onPause: progress.onPause,
      });
      try {
        if (resource.isList)
          yield* listRows(resource, access, { limit, cursor: options.cursor ?? null, progress }, deps);
        else yield await document(resource, access, deps);
      } finally {
        progress.stop();
        done.abort();
      }
      return undefined;
    },
  };
}

/**
 * @returns rows in all, null for every one
 * @throws ReventoError `usage`
 */
function rowLimit({ limit, all }: ResourceOptions): number | null {
  if (limit === undefined) return all ? null : defaultRows;
  if (all) throw new ReventoError('usage', '--limit and --all exclude each other.');
  if (/^\d{1,9}$/.test(limit) && Number(limit) > 0) return Number(limit);
  throw new ReventoError('usage', `--limit takes a whole number from 1 on, not ${JSON.stringify(limit)}.`);
}

/** An empty variable of a script, most likely: sent on, it might start the list over. */
function emptyCursor(): ReventoError {
  return new ReventoError('usage', '--cursor is empty.', { hint: 'leave it out to start at the first row' });
}

async function document(resource: Resource, access: Access, deps: Deps): Promise<Item> {
  const path = fillEvent(resource.path, access.eventId);
  const { answer, failure } = await access.client.send({ target: path, scope: resource.scope });
  if (failure !== null) throw failure;
  const data = jsonOf(answer, `GET ${path}`);
  const { documentText } = await import('./document-text.ts');
  return { kind: 'value', data, text: (style) => documentText(data.text, style, deps.clock.now()) };
}

interface ListOptions {
  readonly limit: number | null;
  readonly cursor: string | null;
  readonly progress: CallProgress;
}

async function* listRows(
  resource: Resource,
  access: Access,
  { limit, cursor, progress }: ListOptions,
  deps: Deps,
): AsyncGenerator<Item, void, void> {
  const path = fillEvent(resource.path, access.eventId);
  const fetch = async (page: { limit: number; cursor: string | null }) => {
    const query: HeaderList = [
      ['limit', `${page.limit}`],
      ...(page.cursor === null ? [] : [['cursor', page.cursor] as const]),
    ];
    const { answer, failure } = await access.client.send({ target: path, query, scope: resource.scope });
    if (failure !== null) throw failure;
    return readPage(answer, `GET ${path}`);
  };
  let last: Batch = { rows: [], nextCursor: cursor };
  let count = 0;
  try {
    for await (const batch of pages({ fetch, limit, cursor })) {
      progress.add(batch.rows.length);
      yield { kind: 'rows', rows: batch.rows };
      last = batch;
      count += batch.rows.length;
    }
  } catch (error) {
    throw withResume(error, { cursor: last.nextCursor, count }, deps);
  }
  if (last.nextCursor !== null) {
    deps.terminal.notice(
      `${rowsInWords(count)} shown, more remain: go on with --cursor ${cursorWord(last.nextCursor)}, or see --all`,
    );
  }
}

function examplesOf({ words, isList, example }: Resource): readonly Example[] {
  const of = (rest: string, explains: string): Example => ({ command: `revento ${words} ${rest}`.trim(), explains });
  const own = example === undefined ? [] : [of(...example)];
  if (!isList) return [of('', 'as text'), of('--json', 'every field, as the API sent it'), ...own];
  return [
    of('--all -o csv', 'every row, for a spreadsheet'),
    of("--all --jq '.[].id'", 'one field of every row'),
    ...own,
  ];
}

function helpText({ fields, assumedFields, kind, scope }: Resource): string {
  const whose = kind === 'user' ? "a participant's login (revento login --user)" : "an organizer's login";
  const lines = [
    ...(fields.length > 0 ? [`Documented fields: ${fields.join(', ')}.`] : []),
    ...(assumedFields.length > 0 ? [`Assumed fields: ${assumedFields.join(', ')}.`] : []),
  ];
  const known =
    lines.length === 0 ? '' : `\n${lines.join('\n')}\nA response may have more; --columns accepts any field.\n`;
  return `\nNeeds ${whose} with the scope ${scope}.\n${known}`;
}

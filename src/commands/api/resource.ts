import { jsonOf } from '../../api/page.ts';
import { longestPage } from '../../api/pages.ts';
import type { Resource } from '../../api/resources.ts';
import type { CommandModule } from '../../command-kit/command.ts';
import type { Deps } from '../../command-kit/deps.ts';
import { type GlobalOptions, redactOption } from '../../command-kit/globals.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { type Item, valueItem } from '../../output/item.ts';
import type { Style } from '../../text/style.ts';
import { parseDuration } from '../../text/time.ts';
import { type Access, fillEvent, openApi } from '../shared/api-access.ts';
import { userIdOption } from '../shared/login-choice.ts';
import { eventZone } from './event-zone.ts';
import { listRows } from './list-rows.ts';
import { type Mask, maskOf } from './mask.ts';
import { CallProgress } from './progress.ts';
import { type FilterOptions, rowFilter } from './row-filter.ts';

export interface ResourceOptions extends GlobalOptions, FilterOptions {
  readonly maxWait: string;
  readonly limit?: string;
  readonly all?: boolean;
  readonly cursor?: string;
  readonly userId?: string;
}

/** The API's own default. Source: guide, pagination. */
const defaultRows = 25;

/** The command of a row of the resource table. */
export function resourceCommand(resource: Resource): CommandModule<ResourceOptions> {
  return {
    declare(command) {
      if (resource.isList) {
        command
          .option('-L, --limit <n>', `rows in all, fetched in pages of ${longestPage} (default: ${defaultRows})`)
          .option('--all', 'all rows')
          .option('--cursor <cursor>', 'continue from a previous run')
          .option('--where <expr>', 'only rows for which this jq expression is true, such as \'.role == "speaker"\'');
        if (resource.status !== undefined) {
          command.option('--status <status>', `only rows with this status: ${resource.status.words.join(', ')}`);
        }
      }
      if (resource.kind === 'user') command.option(...userIdOption);
      command.option('--max-wait <duration>', 'longest wait for the rate limits', '5m').option(...redactOption);
      return command.addHelpText('after', helpText(resource));
    },
    examples: examplesOf(resource),
    layout: {
      shape: resource.isList ? 'rows' : 'value',
      ...(resource.columns.length > 0 && { columns: resource.columns }),
      fields: [...resource.fields, ...resource.assumedFields, ...resource.columns.map(({ path }) => path)],
    },
    async *run(options, deps) {
      const maxWaitMs = parseDuration(options.maxWait);
      const limit = rowLimit(options);
      const filter = await rowFilter(options, resource.status ?? { field: 'status', words: [] }, deps);
      if (options.cursor === '') throw emptyCursor();
      const progress = new CallProgress(deps);
      // Cancels the page that was requested ahead when nobody needs it anymore.
      const done = new AbortController();
      const { words: what, kind, scope } = resource;
      const need = { what, kind, scope, eventId: null, userId: options.userId };
      const access = await openApi(need, deps, {
        maxWaitMs,
        signal: AbortSignal.any([deps.signal, done.signal]),
        onPause: progress.onPause,
      });
      try {
        // Requested in parallel with the rows, and only if it is shown.
        const zone = resource.isScheduled && isTable(options, deps) ? eventZone(access) : Promise.resolve(null);
        if (resource.isList) {
          const isDefaultLimit = options.limit === undefined;
          const cursor = options.cursor ?? null;
          const mask = await maskOf(resource, options);
          const isRedacted = options.redact === true;
          const list = { limit, isDefaultLimit, cursor, filter, zone, progress, mask, isRedacted };
          yield* listRows(resource, access, list, deps);
        } else yield await document(resource, access, { zone, mask: await maskOf(resource, options) }, deps);
      } finally {
        progress.stop();
        done.abort();
      }
      return;
    },
  };
}

/**
 * @returns rows in all, null for every one
 * @throws ReventoError `usage`
 */
function rowLimit({ limit, all }: ResourceOptions): number | null {
  if (limit === undefined) return all ? null : defaultRows;
  if (all) throw new ReventoError('usage', "--limit can't be combined with --all.");
  if (/^\d{1,9}$/.test(limit) && Number(limit) > 0) return Number(limit);
  throw new ReventoError('usage', `--limit must be a whole number of at least 1, not ${JSON.stringify(limit)}.`);
}

/** An empty variable of a script, most likely: sent on, it might start the list over. */
function emptyCursor(): ReventoError {
  return new ReventoError('usage', '--cursor is empty.', { hint: 'leave it out to start at the first row' });
}

function isTable({ jq }: ResourceOptions, { format }: Pick<Deps, 'format'>): boolean {
  return format === 'table' && jq === undefined;
}

async function document(
  resource: Resource,
  access: Access,
  { zone, mask }: { readonly zone: Promise<string | null>; readonly mask: Mask },
  deps: Pick<Deps, 'clock'>,
): Promise<Item> {
  const path = fillEvent(resource.path, access.eventId);
  const { answer, failure } = await access.client.send({ target: path, scope: resource.scope });
  if (failure !== null) throw failure;
  const data = mask(jsonOf(answer, `GET ${path}`));
  const { documentText } = await import('./document-text.ts');
  const { agendaText } = await import('./agenda.ts');
  const zoneName = await zone;
  const agenda = (style: Style) => (resource.isScheduled ? agendaText(data.text, zoneName, style) : null);
  return valueItem(data, (style) => agenda(style) ?? documentText(data.text, style, deps.clock.now()));
}

function examplesOf({ words, isList, example }: Resource): Readonly<Record<string, string>> {
  const command = `revento ${words}`;
  const own = example === undefined ? {} : { [`${command} ${example[0]}`]: example[1] };
  if (!isList) return { [command]: 'as text', [`${command} --json`]: 'every field, as the API sent it', ...own };
  return {
    [`${command} --all -o csv --bom --out rows.csv`]: 'all rows, for a spreadsheet',
    [`${command} --all --jq '.[].id'`]: 'one field of each row',
    ...own,
  };
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

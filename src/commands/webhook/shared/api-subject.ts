import { listPages } from '../../../api/list-pages.ts';
import { longestPage } from '../../../api/pages.ts';
import { type Resource, resources } from '../../../api/resources.ts';
import { program } from '../../../errors/next-command.ts';
import { hintOf, ReventoError } from '../../../errors/revento-error.ts';
import { shellWord } from '../../../errors/shell-word.ts';
import type { InspectorParts, SubjectOf } from '../../../inspector/parts.ts';
import { parseJson, parseRecord } from '../../../json/parse.ts';
import { entriesOf } from '../../../json/text.ts';
import { decodeText } from '../../../text/input.ts';
import { type AccessDeps, fillEvent, openApi } from '../../shared/api-access.ts';

/** Rows of a list that are looked through, at most: the API has no search, and allows 30 requests a minute. */
const mostRows = 10 * longestPage;
const maxWaitMs = 10_000;

/** Where the API shows the subject of deliveries of some types. */
interface SubjectRow {
  readonly types: string;
  /** The command that shows the same. */
  readonly words: string;
  /** The member of `data` that is the id in the API. */
  readonly id: string;
  /** Members of `data` that the API calls otherwise, or does not have: null. */
  readonly renamed: Readonly<Record<string, string | null>>;
}

/** Source: guide, API reference. Assumed: that a participant and their application are one row of the API. */
const rows: readonly SubjectRow[] = [
  {
    types: 'application.*',
    words: 'participants list',
    id: 'participant_id',
    renamed: { id: null, participant_id: 'id', status: 'application_status' },
  },
  { types: 'participant.*', words: 'participants list', id: 'id', renamed: {} },
  { types: 'activity.*', words: 'activities list', id: 'id', renamed: {} },
];

export type SubjectDeps = AccessDeps & { readonly signal: AbortSignal };

/**
 * Reads the subjects of deliveries in the API, with the login of their event. A failure is part of the answer, with its
 * remedy.
 */
export function apiSubject(deps: SubjectDeps): InspectorParts['subject'] {
  return { types: rows.map(({ types }) => types), now: subjectNow(deps) };
}

function subjectNow(deps: SubjectDeps): SubjectOf {
  return async (type, body) => {
    const row = rows.find(({ types }) => type.startsWith(types.slice(0, -1)));
    const resource = resources.find(({ words }) => words === row?.words);
    const text = decodeText(body)?.replace(/^\ufeff/, '') ?? '';
    const envelope = parseRecord(text);
    if (row === undefined || resource === undefined || envelope === null) return null;
    const data = new Map(entriesOf(text)).get('data') ?? '{}';
    const { event_id: named } = envelope;
    const eventId = typeof named === 'string' ? named : null;
    const view = {
      command: `${program(deps.profile)} ${row.words}${eventId === null ? '' : ` --event ${shellWord(eventId)}`}`,
      asked_at: new Date(deps.clock.now()).toISOString(),
      delivered: renamed(data, row.renamed),
    };
    try {
      const id = parseJson(new Map(entriesOf(data)).get(row.id) ?? 'null');
      if (typeof id !== 'string') return { ...view, current: null, problem: `Its data has no ${row.id}.`, hint: null };
      return { ...view, current: await find(resource, { eventId, id }, deps), problem: null, hint: null };
    } catch (error) {
      if (!(error instanceof ReventoError)) throw error;
      const hint = hintOf(error, { profile: deps.profile, eventId: eventId ?? undefined }) ?? null;
      return { ...view, current: null, problem: error.message, hint };
    }
  };
}

/** @throws ReventoError `not_found` when it is not in the list, and whatever the API is refused with */
async function find(
  { words: what, kind, scope, path }: Resource,
  { eventId, id }: { readonly eventId: string | null; readonly id: string },
  deps: SubjectDeps,
): Promise<string> {
  const access = await openApi({ what, kind, scope, eventId }, deps, { maxWaitMs, signal: deps.signal });
  const list = { path: fillEvent(path, access.eventId), scope };
  let count = 0;
  let isMore = false;
  for await (const { rows: batch, nextCursor } of listPages(access.client, list, { limit: mostRows, cursor: null })) {
    const found = batch.find(({ text }) => parseJson(new Map(entriesOf(text)).get('id') ?? 'null') === id);
    if (found !== undefined) return found.text;
    count += batch.length;
    isMore = nextCursor !== null;
  }
  const searched = isMore ? `the first ${count} rows` : `all ${count} rows`;
  throw new ReventoError('not_found', `${id} is not among ${searched} of \`${what}\`.`, {
    hint: isMore
      ? `search the rest: ${program(deps.profile)} ${what} --all --where ${shellWord(`.id == ${JSON.stringify(id)}`)}`
      : 'it may have been deleted, or the delivery is a made-up one, as `webhook trigger` sends',
  });
}

/** The members under the names of the API, as JSON text: digits and order stay as they are. */
function renamed(data: string, names: SubjectRow['renamed']): string {
  const members = entriesOf(data).flatMap(([key, value]) => {
    const name = Object.hasOwn(names, key) ? names[key] : key;
    return name === null || name === undefined ? [] : [`${JSON.stringify(name)}:${value}`];
  });
  return `{${members.join(',')}}`;
}

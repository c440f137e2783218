import type { ApiRequest } from '../../api/client.ts';
import { jsonOf, readPage } from '../../api/page.ts';
import { longestPage, pages } from '../../api/pages.ts';
import type { Deps } from '../../command-kit/deps.ts';
import type { JsonText } from '../../json/value.ts';
import type { Item } from '../../output/item.ts';
import type { HeaderList } from '../../ports/exchange.ts';
import type { Access } from '../shared/api-access.ts';
import type { Mask } from './mask.ts';
import type { CallProgress } from './progress.ts';
import type { ApiOptions, RequestPlan } from './request.ts';
import { withResume } from './resume.ts';

interface EveryPage {
  readonly request: ApiRequest;
  readonly plan: RequestPlan;
  readonly access: Access;
  readonly options: ApiOptions;
  readonly progress: CallProgress;
  readonly mask: Mask;
}

/**
 * The rows of all pages of `api --paginate`, or with `--slurp` the pages, as one JSON array that is whole even when
 * the run stops early. Where an option is about rows, as rows for the printer.
 */
export async function* everyPage(
  { request, plan, access, options, progress, mask }: EveryPage,
  deps: Pick<Deps, 'signal' | 'profile' | 'event'>,
): AsyncGenerator<Item, void, void> {
  const what = `GET ${plan.path}`;
  const { target, query, limit, cursor } = withoutPosition(request);
  const documents: JsonText[] = [];
  const fetch = async (page: { readonly cursor: string | null }) => {
    const position: HeaderList = [
      ['limit', limit ?? `${longestPage}`],
      ...(page.cursor === null ? [] : [['cursor', page.cursor] as const]),
    ];
    const { answer, failure } = await access.client.send({ ...request, target, query: [...query, ...position] });
    if (failure !== null) throw failure;
    if (options.slurp) documents.push(jsonOf(answer, what));
    return readPage(answer, what, 'only lists have pages: leave out --paginate');
  };
  const isForPrinter = options.jq !== undefined || options.columns !== undefined || isRowFormat(options.output);
  let isOpen = false;
  let last = { nextCursor: cursor };
  let count = 0;
  const show = (parts: readonly JsonText[]): Item => {
    if (isForPrinter) return { kind: 'rows', rows: parts };
    const text = parts.map((part) => part.text).join(',\n');
    return { kind: 'bytes', bytes: Buffer.from(parts.length === 0 ? '' : `${isOpen ? ',\n' : '['}${text}`) };
  };
  const close = (): Item => ({ kind: 'bytes', bytes: Buffer.from(isOpen ? ']\n' : '[]\n') });
  try {
    for await (const batch of pages({ fetch, limit: null, cursor })) {
      progress.add(batch.rows.length);
      const parts = (options.slurp ? documents.splice(0, 1) : batch.rows).map(mask);
      if (!options.silent) yield show(parts);
      isOpen ||= parts.length > 0;
      count += batch.rows.length;
      last = batch;
    }
  } catch (error) {
    if (isOpen && !isForPrinter && !options.silent) yield close();
    const next = options.redact ? null : last.nextCursor;
    throw withResume(error, { cursor: next, count, option: '-f cursor=' }, deps);
  }
  // A filter has to see that there was nothing, too.
  const isUntold = isForPrinter && (isOpen || isRowFormat(options.output));
  if (!options.silent && !isUntold) yield close();
}

/** The request without `limit` and `cursor`, wherever they were given: each page has its own. */
function withoutPosition({ target, query = [] }: ApiRequest) {
  const [bare = '', search = ''] = target.replace(/#.*$/, '').split(/\?(.*)/s);
  const all: HeaderList = [...new URLSearchParams(search), ...query];
  const find = (wanted: string) => all.findLast(([name]) => name === wanted)?.[1] ?? null;
  return {
    target: bare,
    query: all.filter(([name]) => name !== 'limit' && name !== 'cursor'),
    limit: find('limit'),
    cursor: find('cursor'),
  };
}

function isRowFormat(output: string | undefined): boolean {
  return output === 'ndjson' || output === 'csv' || output === 'table';
}

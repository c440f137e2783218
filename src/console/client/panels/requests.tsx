import { countWords } from '../../../pages/client/words.ts';
import type { LogEntry } from '../../../sandbox/control/rows/log.ts';
import { useConsole } from '../context.ts';
import { type Column, Grid } from '../grid.tsx';
import { timeWords } from '../words.ts';
import { Budgets } from './budgets.tsx';

type Request = Extract<LogEntry, { readonly kind: 'request' }>;
interface Row {
  readonly id: string;
  readonly request: Request;
}

const isGood = ({ status }: Request) => status !== null && status < 400;

const columns: readonly Column<Row>[] = [
  {
    name: 'Request',
    cell: ({ request: { method, path } }) => (
      <code>{method === null ? 'unreadable request' : `${method} ${path}`}</code>
    ),
  },
  { name: 'Time (UTC)', cell: ({ request }) => timeWords(request.at).slice(5) },
  {
    name: 'Answer',
    cell: ({ request }) => (
      <span class={`badge ${isGood(request) ? 'good' : 'bad'}`}>{request.status ?? 'closed'}</span>
    ),
  },
  { name: 'ms', cell: ({ request: { ms } }) => ms },
  {
    name: 'Problem',
    cell: ({ request: { error, message } }) =>
      error !== null && (
        <>
          {error} {message !== null && <span class="aside">{message}</span>}
        </>
      ),
  },
  {
    name: 'Request id',
    cell: ({ request: { request_id: id } }) => id !== null && <code title={id}>{id.slice(0, 8)}</code>,
  },
];

/** Requests as they arrive, and how much of the rate limits they use. */
export function RequestsPanel() {
  const store = useConsole();
  const requests = store.entries.filter((entry): entry is Request => entry.kind === 'request');
  const rows = requests
    .map((request, index) => ({ id: request.request_id ?? `${request.at} ${index}`, request }))
    .reverse();
  const wanted = store.row;
  const isGone = wanted !== null && !rows.some(({ id }) => id === wanted);
  return (
    <div>
      <div class="panel-bar">
        <h2>Requests</h2>
        <p class="aside">
          {countWords(requests.length, 'request', 'requests')} since this page opened or shortly before
        </p>
      </div>
      <Budgets />
      {isGone && (
        <p class="none">
          The request <code>{wanted}</code> is no longer here. Try:{' '}
          <code>
            {store.facts?.command} log --subject {wanted}
          </code>
        </p>
      )}
      {rows.length === 0 ? (
        <p class="none">
          No request yet. Try: <code>{store.facts?.profiled} participants list</code>
        </p>
      ) : (
        <Grid
          label="Requests, newest first"
          columns={columns}
          rows={rows}
          idOf={({ id }) => id}
          isBad={({ request }) => !isGood(request)}
          wanted={wanted}
        />
      )}
    </div>
  );
}

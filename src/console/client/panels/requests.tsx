import { useEffect, useRef } from 'preact/hooks';
import type { LogEntry } from '../../../sandbox/control/rows/log.ts';
import { useConsole, useData } from '../context.ts';
import { ScrollBox } from '../scroll-box.tsx';
import { countWords } from '../words.ts';

type Request = Extract<LogEntry, { readonly kind: 'request' }>;

/** Requests that are drawn; the sandbox keeps more, for `sandbox log`. */
const shownRows = 300;

/** Requests as they come, with how much of the rate limits they use. */
export function RequestsPanel() {
  const store = useConsole();
  const requests = store.entries.filter((entry): entry is Request => entry.kind === 'request');
  const rows = requests.slice(-shownRows).reverse();
  const wanted = store.request;
  const isThere = rows.some(({ request_id: id }) => id === wanted);
  return (
    <div>
      <div class="panel-bar">
        <h2>Requests</h2>
        <p class="aside">
          {countWords(requests.length, 'request', 'requests')} since this page opened or shortly before
        </p>
      </div>
      <Budgets />
      {wanted !== null && !isThere && (
        <p class="none">
          The request <code>{wanted}</code> is no longer here. Try: {store.facts?.command} log --subject {wanted}
        </p>
      )}
      {rows.length === 0 ? (
        <p class="none">No request yet. Try: revento -p sandbox participants list</p>
      ) : (
        <ScrollBox label="Requests">
          <table class="grid requests">
            <thead>
              <tr>
                <th scope="col">Time (UTC)</th>
                <th scope="col">Request</th>
                <th scope="col">Answer</th>
                <th scope="col">ms</th>
                <th scope="col">Problem</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((request, index) => (
                <RequestRow
                  key={request.request_id ?? `${request.at}-${requests.length - index}`}
                  request={request}
                  isWanted={wanted !== null && request.request_id === wanted}
                />
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </div>
  );
}

function RequestRow({ request, isWanted }: { readonly request: Request; readonly isWanted: boolean }) {
  const { at, method, path, status, ms, error, message } = request;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isWanted) row.current?.scrollIntoView({ block: 'center' });
  }, [isWanted]);
  return (
    <tr ref={row} class={isWanted ? 'wanted' : ''} aria-current={isWanted ? 'true' : undefined}>
      <td>{at.slice(11, 19)}</td>
      <th scope="row">
        <code>{method === null ? 'unreadable request' : `${method} ${path}`}</code>
      </th>
      <td>
        <span class={`badge ${status !== null && status < 400 ? 'good' : 'bad'}`}>{status ?? 'closed'}</span>
      </td>
      <td>{ms}</td>
      <td>
        {error} {message !== null && <span class="aside">{message}</span>}
      </td>
    </tr>
  );
}

/** A gauge for each limit of each access token that was used in the last hour. */
function Budgets() {
  const data = useData('budgets', {}, ['request']);
  if (data === null) return null;
  if (!data.limited) return <p class="aside">This sandbox has no rate limits (--no-rate-limit).</p>;
  return (
    <div class="budgets">
      {data.budgets.map(({ access_token, login, kind, minute, hour, in_flight }) => (
        <section key={access_token} class="budget" aria-label={`Budget of ${access_token}`}>
          <h3>
            {kind === 'installation' ? 'Installation' : 'User'} token <code>{access_token}</code>
            {login !== null && <span class="aside"> login {login}</span>}
          </h3>
          <Gauge name="Minute" {...minute} />
          <Gauge name="Hour" {...hour} />
          <Gauge name="At once" {...in_flight} />
        </section>
      ))}
    </div>
  );
}

function Gauge({ name, used, limit }: { readonly name: string; readonly used: number; readonly limit: number }) {
  return (
    <div class="gauge">
      <span>{name}</span>
      <meter
        min={0}
        max={limit}
        low={limit * 0.7}
        high={limit * 0.9}
        optimum={0}
        value={used}
        aria-label={`${name}: ${used} of ${limit}`}
      />
      <span>
        {used} of {limit}
      </span>
    </div>
  );
}

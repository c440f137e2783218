import { useConsole, useData } from '../context.ts';
import { ScrollBox } from '../scroll-box.tsx';
import { countWords, timeWords } from '../words.ts';

/** Who consented to what; a consent can be revoked as its giver would. */
export function ConsentsPanel() {
  const store = useConsole();
  const data = useData('consents', { limit: 200 }, ['happening']);
  const rows = data?.consents ?? [];
  const connect = () =>
    store.act(
      'do',
      { action: 'connect' },
      () => 'The organizer consented. To get tokens, log in: revento -p sandbox login',
    );
  return (
    <div>
      <div class="panel-bar">
        <h2>Consents</h2>
        <p class="aside">{data === null ? '' : countWords(data.total, 'consent', 'consents')}</p>
        <button type="button" onClick={connect}>
          Connect the organizer
        </button>
        <Integration />
      </div>
      {data !== null && rows.length === 0 && <p class="none">Nobody has consented yet: revento -p sandbox login</p>}
      {rows.length > 0 && (
        <ScrollBox label="Consents">
          <table class="grid">
            <thead>
              <tr>
                <th scope="col">Who</th>
                <th scope="col">Integration</th>
                <th scope="col">Scopes</th>
                <th scope="col">Since</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ id, kind, user_id, user_name, client_name, scope, connected_at, revoked_at, event_id }) => (
                <tr key={id} data-id={id}>
                  <th scope="row">
                    {kind === 'installation' ? 'Organizer' : (user_name ?? user_id)}{' '}
                    <span class="aside">{event_id}</span>
                  </th>
                  <td>{client_name}</td>
                  <td class="scopes">
                    {scope.map((one) => (
                      <code key={one}>{one}</code>
                    ))}
                  </td>
                  <td>{timeWords(connected_at)}</td>
                  <td>
                    {revoked_at === null ? (
                      <button
                        type="button"
                        onClick={() =>
                          store.act('do', { action: 'revoke', ids: [id] }, ({ happened }) =>
                            happened[0]?.delivery_id
                              ? `Revoked; delivery ${happened[0].delivery_id} demands deletion.`
                              : 'Revoked.',
                          )
                        }
                      >
                        Revoke
                      </button>
                    ) : (
                      <span class="badge bad">revoked {timeWords(revoked_at)}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </div>
  );
}

/** Revento can suspend the integration as a whole. */
function Integration() {
  const store = useConsole();
  const isSuspended = store.pulse?.suspended ?? false;
  const action = isSuspended ? 'reinstate' : 'suspend';
  return (
    <button
      type="button"
      onClick={() =>
        store.act('do', { action }, () => (isSuspended ? 'Reinstated.' : 'Suspended: the API refuses every token.'))
      }
    >
      {isSuspended ? 'Reinstate the integration' : 'Suspend the integration'}
    </button>
  );
}

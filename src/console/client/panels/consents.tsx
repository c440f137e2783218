import { actProps } from '../../../pages/client/roving.ts';
import { countWords } from '../../../pages/client/words.ts';
import type { PageResult } from '../../model/wire.ts';
import { acts, logInWith } from '../acts.ts';
import { useConsole, useConsoleStore, useData } from '../context.ts';
import { type Column, Grid } from '../grid.tsx';
import { timeWords } from '../words.ts';

type Consent = PageResult<'consents'>['consents'][number];

const columns: readonly Column<Consent>[] = [
  {
    name: 'Who',
    cell: ({ kind, user_id: id, user_name: name, event_id: event }) => (
      <>
        {kind === 'installation' ? 'Organizer' : (name ?? id)} <span class="aside">{event}</span>
      </>
    ),
  },
  { name: 'Integration', cell: ({ client_name: name }) => name },
  { name: 'Scopes', cell: ({ scope }) => <Scopes scope={scope} /> },
  { name: 'Since', cell: ({ connected_at: at }) => timeWords(at) },
  { name: 'State', cell: (consent) => <Revoke {...consent} />, className: 'row-acts' },
];

/** Who consented to what; a consent can be revoked as its organizer or participant would. */
export function ConsentsPanel() {
  const store = useConsole();
  const data = useData('consents', { limit: 200 }, ['happening']);
  const isSuspended = store.pulse?.suspended ?? false;
  return (
    <div>
      <div class="panel-bar">
        <h2>Consents</h2>
        <p class="aside">{data === null ? '' : shownOf(data)}</p>
        <button type="button" onClick={() => acts.connect(store)}>
          Connect the organizer
        </button>
        <button type="button" onClick={() => (isSuspended ? acts.reinstate : acts.suspend)(store)}>
          {isSuspended ? 'Reinstate the integration' : 'Suspend the integration'}
        </button>
      </div>
      {data?.total === 0 && (
        <p class="none">
          Nobody has consented yet. Log in: <code>{logInWith(store)}</code>
        </p>
      )}
      {data !== null && data.total > 0 && (
        <Grid
          label="Consents"
          columns={columns}
          rows={data.consents}
          idOf={({ id }) => id}
          isBad={({ revoked_at: at }) => at !== null}
        />
      )}
    </div>
  );
}

function shownOf({ total, consents }: PageResult<'consents'>): string {
  const all = countWords(total, 'consent', 'consents');
  return total === consents.length ? all : `the latest ${consents.length} of ${all}`;
}

export function Scopes({ scope }: { readonly scope: readonly string[] }) {
  return (
    <span class="scopes">
      {scope.map((one) => (
        <code key={one}>{one}</code>
      ))}
    </span>
  );
}

function Revoke({ id, revoked_at: at }: Consent) {
  const store = useConsoleStore();
  if (at !== null) return <span class="badge bad">revoked {timeWords(at)}</span>;
  const revoke = () =>
    store.act('do', { action: 'revoke', ids: [id] }, ({ happened: [first] }) =>
      first?.delivery_id ? `Revoked; delivery ${first.delivery_id} requires deletion.` : 'Revoked.',
    );
  return (
    <button type="button" {...actProps} onClick={revoke}>
      Revoke
    </button>
  );
}

import { useState } from 'preact/hooks';
import { actProps } from '../../../pages/client/roving.ts';
import { countWords, grouped, shortId, spanWords } from '../../../pages/client/words.ts';
import type { PageResult } from '../../model/wire.ts';
import { acts } from '../acts.ts';
import { useConsole, useConsoleStore, useData, useSecond } from '../context.ts';
import { type Column, Grid } from '../grid.tsx';
import { timeWords } from '../words.ts';

type Delivery = PageResult<'deliveries'>['deliveries'][number];

const states = ['pending', 'delivered', 'dead'] as const;
const tones = { pending: 'calm', delivered: 'good', dead: 'bad' } as const;
/** The newest that are read; `sandbox deliveries` has all. */
const mostRead = 1_000;

const columns: readonly Column<Delivery>[] = [
  { name: 'Event type', cell: ({ event }) => event },
  { name: 'State', cell: ({ state }) => <span class={`badge ${tones[state]}`}>{state}</span> },
  { name: 'Subject', cell: ({ subject }) => <code>{subject === null ? '' : shortId(subject)}</code> },
  { name: 'Created', cell: ({ created_at: at }) => timeWords(at).slice(5) },
  { name: 'Attempts', cell: (delivery) => <Attempts {...delivery} /> },
  {
    name: 'Next attempt',
    cell: ({ next_attempt_at: at }) => at !== null && <Countdown at={at} />,
    className: 'countdown',
  },
  { name: 'Send', cell: (delivery) => <Redeliver {...delivery} />, className: 'row-acts' },
];

/** What the sandbox sent, with countdowns to the next retry; and the signing secret. */
export function DeliveriesPanel() {
  const store = useConsole();
  const [state, setState] = useState<(typeof states)[number] | null>(null);
  const data = useData('deliveries', { latest: mostRead, ...(state !== null && { state }) }, ['delivery', 'happening']);
  const counts = store.pulse?.deliveries;
  const rows = [...(data?.deliveries ?? [])].reverse();
  const total =
    counts === undefined ? 0 : state === null ? states.reduce((sum, one) => sum + counts[one], 0) : counts[state];
  return (
    <div>
      <div class="panel-bar">
        <h2>Deliveries</h2>
        <fieldset class="chips" aria-label="Show deliveries that are">
          {states.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={state === one}
              onClick={() => setState(state === one ? null : one)}
            >
              {one} {counts === undefined ? '' : grouped(counts[one])}
            </button>
          ))}
        </fieldset>
        <SendEvent />
        <button type="button" onClick={() => acts.rotate(store)}>
          Rotate the secret
        </button>
        <button type="button" onClick={() => acts.finishRotation(store)}>
          Finish the rotation
        </button>
      </div>
      {data !== null && rows.length === 0 && (
        <p class="none">
          {state === null ? 'Nothing was sent yet. Approve an application on the board.' : `None is ${state}.`}
        </p>
      )}
      {rows.length === mostRead && total > mostRead && (
        <p class="aside">{countWords(total - mostRead, 'older one', 'older ones')} not shown</p>
      )}
      {rows.length > 0 && (
        <Grid
          label="Deliveries, newest first"
          columns={columns}
          rows={rows}
          idOf={({ delivery_id: id }) => id}
          isBad={({ attempts, state: one }) => one === 'dead' || (attempts.at(-1)?.error ?? null) !== null}
          wanted={store.row}
        />
      )}
    </div>
  );
}

/** Makes a change that sends an event of a chosen type: by a button, because arrows choose in a closed list as well. */
function SendEvent() {
  const store = useConsole();
  const types = [...new Set((store.facts?.actions ?? []).flatMap(({ sends }) => sends ?? []))];
  const [type, choose] = useState(types[0] ?? '');
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    void acts.trigger(store, type);
  };
  return (
    <form class="inline" onSubmit={send}>
      <select
        aria-label="Event type to send"
        value={type}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {types.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <button type="submit">Send</button>
    </form>
  );
}

function Attempts({ attempts }: Delivery) {
  const problem = attempts.at(-1)?.error ?? null;
  return (
    <span class="attempts">
      {attempts.map(({ at, status, error }) => (
        <span key={at} class={`badge ${error === null ? 'good' : 'bad'}`}>
          {status ?? 'no answer'}
        </span>
      ))}
      {problem !== null && !/^HTTP \d+$/.test(problem) && <span class="aside">{problem}</span>}
    </span>
  );
}

function Countdown({ at }: { readonly at: string }) {
  const store = useConsole();
  useSecond();
  const now = store.now();
  if (now === null) return null;
  const wait = Date.parse(at) - now;
  return <>{wait > 0 ? `in ${spanWords(wait)}` : 'now'}</>;
}

function Redeliver({ delivery_id: id, event }: Delivery) {
  const store = useConsoleStore();
  return (
    <button type="button" {...actProps} onClick={() => acts.redeliver(store, id, event)}>
      Redeliver
    </button>
  );
}

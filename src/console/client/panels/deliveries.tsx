import { useState } from 'preact/hooks';
import type { PageResult } from '../../model/wire.ts';
import { useConsole, useData, useSecond } from '../context.ts';
import { ScrollBox } from '../scroll-box.tsx';
import { countWords, shortId, spanWords, timeWords } from '../words.ts';

type Delivery = PageResult<'deliveries'>['deliveries'][number];

const states = ['pending', 'delivered', 'dead'] as const;
/** Deliveries that are shown; `sandbox deliveries` has all. */
const shownRows = 200;

/** What the sandbox sent, with countdowns to the next retry; and the signing secret. */
export function DeliveriesPanel() {
  const store = useConsole();
  useSecond();
  const [state, setState] = useState<(typeof states)[number] | null>(null);
  const data = useData('deliveries', {}, ['delivery', 'happening']);
  const all = data?.deliveries ?? [];
  const found = state === null ? all : all.filter((one) => one.state === state);
  const rows = found.slice(-shownRows).reverse();
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
              {one} {all.filter((delivery) => delivery.state === one).length}
            </button>
          ))}
        </fieldset>
        <button
          type="button"
          onClick={() =>
            store.act('rotate', {}, () => 'Rotation started: the new and the old secret sign alternately.')
          }
        >
          Rotate the secret
        </button>
        <button
          type="button"
          onClick={() => store.act('rotate', { finish: true }, () => 'Rotation finished: only the new secret signs.')}
        >
          Finish the rotation
        </button>
      </div>
      {data !== null && rows.length === 0 && <p class="none">Nothing was sent yet. Approve somebody on the board.</p>}
      {found.length > rows.length && (
        <p class="aside">{countWords(found.length - rows.length, 'older one', 'older ones')} not shown</p>
      )}
      {rows.length > 0 && (
        <ScrollBox label="Deliveries of the sandbox">
          <table class="grid">
            <thead>
              <tr>
                <th scope="col">State</th>
                <th scope="col">Event type</th>
                <th scope="col">Subject</th>
                <th scope="col">Created</th>
                <th scope="col">Attempts</th>
                <th scope="col">Next attempt</th>
                <th scope="col">Send</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((delivery) => (
                <DeliveryRow key={delivery.delivery_id} delivery={delivery} />
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </div>
  );
}

const tones = { pending: 'calm', delivered: 'good', dead: 'bad' } as const;

function DeliveryRow({ delivery }: { readonly delivery: Delivery }) {
  const store = useConsole();
  const { delivery_id: id, event, subject, created_at, attempts, state, next_attempt_at: nextAt } = delivery;
  const now = store.now();
  const wait = nextAt === null || now === null ? null : Date.parse(nextAt) - now;
  const problem = attempts.at(-1)?.error ?? null;
  return (
    <tr data-id={id}>
      <td>
        <span class={`badge ${tones[state]}`}>{state}</span>
      </td>
      <th scope="row">{event}</th>
      <td>
        <code>{subject === null ? '' : shortId(subject)}</code>
      </td>
      <td>{timeWords(created_at)}</td>
      <td>
        <span class="attempts">
          {attempts.map((attempt) => (
            <span key={attempt.at} class={`badge ${attempt.error === null ? 'good' : 'bad'}`}>
              {attempt.status ?? 'no answer'}
            </span>
          ))}
        </span>
        {problem !== null && <span class="aside"> {problem}</span>}
      </td>
      <td class="countdown">{wait === null ? '' : wait > 0 ? `in ${spanWords(wait)}` : 'now'}</td>
      <td>
        <button
          type="button"
          onClick={() =>
            store.act(
              'redeliver',
              { delivery_id: id },
              () => `${event} is sent again under its id, with a new signature.`,
            )
          }
        >
          Redeliver
        </button>
      </td>
    </tr>
  );
}

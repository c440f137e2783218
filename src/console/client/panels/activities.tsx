import { useConsole, useData } from '../context.ts';
import { ScrollBox } from '../scroll-box.tsx';
import { countWords, plainWord } from '../words.ts';

/** Activities of the test event with their signups. */
export function ActivitiesPanel() {
  const store = useConsole();
  const data = useData('activities', {}, ['happening']);
  const rows = data?.activities ?? [];
  const act = (action: string, id: string, title: string) =>
    store.act('do', { action, ids: [id] }, () => `${title}: ${action} is done; its delivery follows shortly.`);
  return (
    <div>
      <div class="panel-bar">
        <h2>Activities</h2>
        <p class="aside">{countWords(rows.length, 'activity', 'activities')}</p>
      </div>
      <ScrollBox label="Activities">
        <table class="grid">
          <thead>
            <tr>
              <th scope="col">Title</th>
              <th scope="col">Starts (UTC)</th>
              <th scope="col">Signups</th>
              <th scope="col">Room left</th>
              <th scope="col">Change</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, title, starts_at, signups, capacity, capacity_state }) => (
              <tr key={id} data-id={id}>
                <th scope="row">{title}</th>
                <td>{starts_at === null ? '' : starts_at.slice(5, 16).replace('T', ' ')}</td>
                <td>
                  <Signups title={title} signups={signups} capacity={capacity} />
                </td>
                <td>
                  <span
                    class={`badge ${capacity_state === 'full' ? 'bad' : capacity_state === 'available' ? 'good' : 'calm'}`}
                  >
                    {plainWord(capacity_state)}
                  </span>
                </td>
                <td class="row-acts">
                  <button type="button" disabled={capacity_state === 'full'} onClick={() => act('fill', id, title)}>
                    Fill
                  </button>
                  <button
                    type="button"
                    disabled={capacity_state === 'available'}
                    onClick={() => act('free', id, title)}
                  >
                    Free half
                  </button>
                  <button type="button" onClick={() => act('edit-activity', id, title)}>
                    Move 15 min
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </div>
  );
}

interface SignupsProps {
  readonly title: string;
  readonly signups: number;
  readonly capacity: number | null;
}

function Signups({ title, signups, capacity }: SignupsProps) {
  if (capacity === null) return <>{signups}</>;
  return (
    <span class="gauge">
      <meter min={0} max={capacity} value={signups} aria-label={`Signups of ${title}`} />
      {signups} of {capacity}
    </span>
  );
}

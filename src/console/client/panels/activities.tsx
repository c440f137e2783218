import { actProps } from '../../../pages/client/roving.ts';
import { countWords } from '../../../pages/client/words.ts';
import type { PageResult } from '../../model/wire.ts';
import { useConsoleStore, useData } from '../context.ts';
import { type Column, Grid } from '../grid.tsx';
import { plainWord } from '../words.ts';

type Activity = PageResult<'activities'>['activities'][number];

const columns: readonly Column<Activity>[] = [
  { name: 'Title', cell: ({ title }) => title },
  { name: 'Starts (UTC)', cell: ({ starts_at: at }) => (at === null ? '' : at.slice(5, 16).replace('T', ' ')) },
  { name: 'Signups', cell: (activity) => <Signups {...activity} /> },
  { name: 'Room left', cell: ({ capacity_state: state }) => <RoomLeft state={state} /> },
  { name: 'Change', cell: (activity) => <Changes {...activity} />, className: 'row-acts' },
];

/** Activities of the test event with their signups. */
export function ActivitiesPanel() {
  const rows = useData('activities', {}, ['happening'])?.activities;
  return (
    <div>
      <div class="panel-bar">
        <h2>Activities</h2>
        <p class="aside">{rows === undefined ? '' : countWords(rows.length, 'activity', 'activities')}</p>
      </div>
      <Grid label="Activities" columns={columns} rows={rows ?? []} idOf={({ id }) => id} />
    </div>
  );
}

function Signups({ title, signups, capacity }: Activity) {
  if (capacity === null) return <>{signups}</>;
  return (
    <span class="gauge">
      <meter min={0} max={capacity} value={signups} aria-label={`Signups of ${title}`} />
      {signups} of {capacity}
    </span>
  );
}

function RoomLeft({ state }: { readonly state: string }) {
  const tone = state === 'full' ? 'bad' : state === 'available' ? 'good' : 'calm';
  return <span class={`badge ${tone}`}>{plainWord(state)}</span>;
}

function Changes({ id, title, capacity_state: state }: Activity) {
  const store = useConsoleStore();
  const act = (action: string) =>
    store.act('do', { action, ids: [id] }, () => `${title}: ${action} is done; its delivery follows shortly.`);
  const changes = [
    ['fill', 'Fill', state !== 'full'],
    ['free', 'Free half', state !== 'available'],
    ['edit-activity', 'Move 15 min', true],
  ] as const;
  return (
    <>
      {changes.map(([action, word, isPossible]) => (
        <button
          key={action}
          type="button"
          {...actProps}
          aria-disabled={!isPossible}
          onClick={() => isPossible && act(action)}
        >
          {word}
        </button>
      ))}
    </>
  );
}

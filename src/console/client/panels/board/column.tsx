import { useState } from 'preact/hooks';
import { useRoving } from '../../../../pages/client/roving.ts';
import { grouped } from '../../../../pages/client/words.ts';
import { useConsole, useData } from '../../context.ts';
import { plainWord } from '../../words.ts';

/** From left to right, in the order that an application passes them. */
export const columns = ['pending', 'revision_requested', 'approved', 'registered', 'rejected', 'cancelled'] as const;

/** People of a column that are shown at a time, however many there are. */
const pageRows = 50;

interface ColumnProps {
  readonly status: (typeof columns)[number];
  readonly search: string;
}

/** Everybody of one status, a page at a time. */
export function BoardColumn({ status, search }: ColumnProps) {
  const store = useConsole();
  const [turned, setTurned] = useState({ search, offset: 0 });
  // A new search begins at its first page.
  const wanted = turned.search === search ? turned.offset : 0;
  const setOffset = (offset: number) => setTurned({ search, offset });
  const data = useData('applications', { status, limit: pageRows, offset: wanted, ...(search !== '' && { search }) }, [
    'happening',
  ]);
  const people = data?.applications ?? [];
  const roving = useRoving(people.map(({ id }) => id));
  const total = data?.total ?? 0;
  // The last people of a page may have moved to other columns.
  if (data !== null && wanted > 0 && wanted >= total) setOffset(Math.max(0, wanted - pageRows));
  const count = data === null ? '' : grouped(search === '' ? data.counts[status] : total);
  return (
    <section class={`column ${status}`} aria-labelledby={`column-${status}`}>
      <h3 id={`column-${status}`}>
        <span>{plainWord(status)}</span> <span class="count">{count}</span>
      </h3>
      <ul class="cards" {...roving.list}>
        {people.map((person) => (
          <li key={person.id}>
            <button
              type="button"
              class="card"
              {...roving.row(person.id)}
              aria-pressed={person.id === store.person?.id}
              onClick={() => {
                store.select(person);
                // Below the board where that is narrow.
                setTimeout(() => document.getElementById('person')?.scrollIntoView({ block: 'nearest' }), 50);
              }}
              onFocus={() => store.select(person)}
            >
              <strong>{person.name}</strong>
              <span class="aside">{person.role}</span>
            </button>
          </li>
        ))}
      </ul>
      {data !== null && total === 0 && <p class="none">Nobody</p>}
      {total > pageRows && <Pager name={plainWord(status)} offset={wanted} total={total} onTurn={setOffset} />}
    </section>
  );
}

interface PagerProps {
  readonly name: string;
  readonly offset: number;
  readonly total: number;
  readonly onTurn: (offset: number) => void;
}

function Pager({ name, offset, total, onTurn }: PagerProps) {
  const last = Math.min(total, offset + pageRows);
  const figures = [offset + 1, last, total].map(grouped);
  return (
    <div class="pager">
      <button
        type="button"
        aria-label={`Previous page of ${name}`}
        aria-disabled={offset === 0}
        onClick={() => onTurn(Math.max(0, offset - pageRows))}
      >
        ‹
      </button>
      <span>
        {figures[0]}–{figures[1]} <span class="aside">of {figures[2]}</span>
      </span>
      <button
        type="button"
        aria-label={`Next page of ${name}`}
        aria-disabled={last >= total}
        onClick={() => last < total && onTurn(offset + pageRows)}
      >
        ›
      </button>
    </div>
  );
}

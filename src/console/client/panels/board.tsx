import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PageResult } from '../../model/wire.ts';
import { useConsole, useData } from '../context.ts';
import { countWords, plainWord } from '../words.ts';
import { actionKeys, actOn, Person } from './person.tsx';

export type Application = PageResult<'applications'>['applications'][number];

/** From left to right as an application goes. */
const columns = ['pending', 'revision_requested', 'approved', 'registered', 'rejected', 'cancelled'] as const;
type Status = (typeof columns)[number];

/** People of a column that are shown at first, and more at a time. */
const pageRows = 50;

/** Applications by status; a person that is selected can be approved, rejected and so on, by click and by key. */
export function BoardPanel() {
  const store = useConsole();
  const [search, setSearch] = useState('');
  const [wanted, setWanted] = useState('');
  const [selected, select] = useState<Application | null>(null);
  const [isEditing, setEditing] = useState(false);
  const hasFocus = useCardFocus();
  useEffect(() => {
    const timer = setTimeout(() => setWanted(search), 200);
    return () => clearTimeout(timer);
  }, [search]);
  const move = (event: KeyboardEvent) => {
    const card = (event.target as HTMLElement).closest<HTMLElement>('.card');
    if (card === null) return;
    const action = actionKeys.find(({ key }) => key === event.key);
    if (action !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey && selected !== null) {
      event.preventDefault();
      if (action.name === 'edit-profile') setEditing(true);
      else void actOn(store, selected, action.name);
      return;
    }
    const next = neighbor(card, event.key);
    if (next === null) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <div class={selected === null ? 'board-panel' : 'board-panel has-person'}>
      <div class="panel-bar">
        <h2>Applications</h2>
        <label>
          <span class="unseen">Find by name or id</span>
          <input
            type="search"
            id="board-search"
            placeholder="Name or id"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
        </label>
        <button
          type="button"
          onClick={() =>
            store.act(
              'do',
              { action: 'apply' },
              ({ happened }) => `Applied: ${happened[0]?.happening.subject.id ?? ''}.`,
            )
          }
        >
          New application
        </button>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the cards in it, which can be focused */}
      <div class="board" onKeyDown={move}>
        {columns.map((status) => (
          <Column
            key={status}
            status={status}
            search={wanted}
            selected={selected?.id ?? null}
            hasFocus={hasFocus}
            onSelect={select}
          />
        ))}
      </div>
      {selected !== null && <Person person={selected} {...{ isEditing, setEditing }} onClose={() => select(null)} />}
    </div>
  );
}

interface ColumnProps {
  readonly status: Status;
  readonly search: string;
  readonly selected: string | null;
  /** Whether the focus is on a card, or was until the card left. */
  readonly hasFocus: { readonly current: boolean };
  readonly onSelect: (person: Application) => void;
}

function Column({ status, search, selected, hasFocus, onSelect }: ColumnProps) {
  const [rows, setRows] = useState(pageRows);
  const data = useData(
    'applications',
    { status, limit: rows, ...(search.trim() !== '' && { search: search.trim() }) },
    ['happening'],
  );
  const people = data?.applications ?? [];
  // A person who moves to another column takes the focus along: the card there is another element.
  useLayoutEffect(() => {
    if (!hasFocus.current || document.activeElement !== document.body) return;
    document.getElementById(`card-${selected}`)?.focus();
  }, [people]);
  const word = plainWord(status);
  const isFiltered = search.trim() !== '';
  const total = data?.total ?? 0;
  return (
    <section class={`column ${status}`} aria-labelledby={`column-${status}`}>
      <h3 id={`column-${status}`}>
        {word}{' '}
        <span class="count">
          {data === null ? '' : (isFiltered ? total : data.counts[status]).toLocaleString('en-US')}
        </span>
      </h3>
      <ul class="cards">
        {people.map((person, index) => (
          <li key={person.id}>
            <button
              type="button"
              id={`card-${person.id}`}
              class="card"
              aria-pressed={person.id === selected}
              // One stop for the whole column; arrows move within.
              tabIndex={person.id === selected || (index === 0 && !people.some(({ id }) => id === selected)) ? 0 : -1}
              onClick={() => onSelect(person)}
              onFocus={() => onSelect(person)}
            >
              <strong>{person.name}</strong>
              <span class="aside">{person.role}</span>
            </button>
          </li>
        ))}
      </ul>
      {data !== null && total === 0 && <p class="none">Nobody</p>}
      {total > people.length && (
        <button
          type="button"
          class="more"
          onClick={() => setRows(Math.min(200, rows + pageRows))}
          disabled={rows >= 200}
        >
          {rows >= 200
            ? `${countWords(total - people.length, 'more', 'more')}: search by name`
            : `Show ${pageRows} more`}
        </button>
      )}
    </section>
  );
}

/** Whether the reader is at a card. A card that is taken away tells nobody, so this remembers. */
function useCardFocus(): { readonly current: boolean } {
  const hasFocus = useRef(false);
  useEffect(() => {
    const look = ({ target }: Event) => {
      hasFocus.current = target instanceof Element && target.closest('.card') !== null;
    };
    addEventListener('focusin', look);
    addEventListener('pointerdown', look);
    return () => {
      removeEventListener('focusin', look);
      removeEventListener('pointerdown', look);
    };
  }, []);
  return hasFocus;
}

/** The card that an arrow leads to. */
function neighbor(card: HTMLElement, key: string): HTMLElement | null {
  const column = card.closest('.column');
  if (column === null) return null;
  const cardsOf = (one: Element) => [...one.querySelectorAll<HTMLElement>('.card')];
  const cards = cardsOf(column);
  const at = cards.indexOf(card);
  if (key === 'ArrowDown') return cards[at + 1] ?? null;
  if (key === 'ArrowUp') return cards[at - 1] ?? null;
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return null;
  const all = [...document.querySelectorAll('.board .column')].filter((one) => cardsOf(one).length > 0);
  const other = all[all.indexOf(column) + (key === 'ArrowRight' ? 1 : -1)];
  if (other === undefined) return null;
  const others = cardsOf(other);
  return others[Math.min(at, others.length - 1)] ?? null;
}

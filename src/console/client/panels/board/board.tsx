import { useEffect, useState } from 'preact/hooks';
import { singleKeys } from '../../../../pages/client/keys/keyboard.ts';
import { acts } from '../../acts.ts';
import { useConsole } from '../../context.ts';
import { actionKeys, actOn } from '../../keys/person-keys.ts';
import { BoardColumn, columns } from './column.tsx';
import { Person } from './person.tsx';

/** The delay of a search after the last keystroke. */
const searchPauseMs = 200;

/** Applications by status; a person that is selected can be approved, rejected and so on, by click and by key. */
export function BoardPanel() {
  const store = useConsole();
  const { person } = store;
  const [search, setSearch] = useState('');
  const [wanted, setWanted] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setWanted(search.trim()), searchPauseMs);
    return () => clearTimeout(timer);
  }, [search]);
  const onKey = (event: KeyboardEvent) => {
    const card = (event.target as HTMLElement).closest<HTMLElement>('.card');
    if (card === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actionKeys.find(({ key }) => key === event.key);
    const next = neighbor(card, event.key);
    if (action !== undefined && store.person !== null && singleKeys.areOn()) {
      // Read now: the focus may have moved to this card since the last render.
      void actOn(store, store.person, action.name);
    } else if (next !== null) next.focus();
    else return;
    event.preventDefault();
  };
  return (
    <div class={person === null ? 'board-panel' : 'board-panel has-person'}>
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
        <button type="button" onClick={() => acts.apply(store)}>
          New application
        </button>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the cards in it, which can be focused */}
      <div class="board" onKeyDown={onKey}>
        {columns.map((status) => (
          <BoardColumn key={status} status={status} search={wanted} />
        ))}
      </div>
      {person !== null && <Person person={person} />}
    </div>
  );
}

/** The card at the same height in the next column that has any. */
function neighbor(card: HTMLElement, key: string): HTMLElement | null {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step === undefined) return null;
  const cardsOf = (one: Element | undefined) => [...(one?.querySelectorAll<HTMLElement>('.card') ?? [])];
  const filled = [...document.querySelectorAll('.board .column')].filter((one) => cardsOf(one).length > 0);
  const at = filled.findIndex((one) => one.contains(card));
  const others = cardsOf(filled[at + step]);
  return others[Math.min(cardsOf(filled[at]).indexOf(card), others.length - 1)] ?? null;
}

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { countWords, shortId, spanWords } from '../../../pages/client/words.ts';
import { type Group, latest } from '../../model/row.ts';
import { useStore } from '../context.ts';
import { msWords, reasonWords, verdictOf } from '../format.ts';

/** The height of a row in the style sheet. */
const rowPx = 56;
/** Rows rendered outside the visible part, so that scrolling shows no gap. */
const spare = 8;
/** New deliveries are announced this often, at most. */
const announceMs = 5_000;

/** The list: only the visible rows are rendered, however many there are. */
export function DeliveryTable() {
  const store = useStore();
  const { shown } = store.list;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const anchor = useRef<{ readonly id: number; readonly offset: number } | null>(null);
  const seen = useRef(0);
  const newest = shown[0]?.id ?? 0;
  useMinute();

  const look = () => {
    const { current } = box;
    if (current === null) return;
    const top = current.scrollTop;
    if (top < rowPx / 2) seen.current = shown[0]?.id ?? 0;
    const first = shown[Math.floor(top / rowPx)];
    anchor.current = first === undefined ? null : { id: first.id, offset: top % rowPx };
    setView({ top, height: current.clientHeight });
  };

  // New rows are added above: the visible rows stay in place, unless the list is at the top with nothing selected.
  useLayoutEffect(() => {
    const { current } = box;
    const held = anchor.current;
    const isFollowing = current !== null && current.scrollTop < rowPx / 2 && store.selected === null;
    if (current !== null && held !== null && !isFollowing) {
      const at = shown.findIndex(({ id }) => id === held.id);
      const top = at * rowPx + held.offset;
      if (at !== -1 && Math.abs(top - current.scrollTop) >= 1) current.scrollTop = top;
    }
    look();
  }, [shown]);

  useLayoutEffect(() => {
    const { current } = box;
    const at = shown.findIndex(({ id }) => id === store.selected);
    if (current === null || at === -1) return;
    const top = at * rowPx;
    if (top < current.scrollTop) current.scrollTop = top;
    else if (top + rowPx > current.scrollTop + current.clientHeight) {
      current.scrollTop = top + rowPx - current.clientHeight;
    }
    look();
  }, [store.selected]);

  useEffect(() => {
    addEventListener('resize', look);
    return () => removeEventListener('resize', look);
  });

  const from = Math.max(0, Math.floor(view.top / rowPx) - spare);
  const to = Math.min(shown.length, Math.ceil((view.top + view.height) / rowPx) + spare);
  const unseen = view.top >= rowPx / 2 ? shown.findIndex(({ id }) => id <= seen.current) : 0;
  const toTop = () => {
    seen.current = newest;
    if (box.current !== null) box.current.scrollTop = 0;
  };
  return (
    <div class="rows">
      {unseen > 0 && (
        <button type="button" class="pill" onClick={toTop}>
          ↑ {unseen} new
        </button>
      )}
      <div class="scroll" ref={box} onScroll={look}>
        <table
          id="deliveries"
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid of table elements is a table without styles, too
          role="grid"
          aria-label="Deliveries, newest first"
          aria-rowcount={shown.length + 1}
          aria-activedescendant={
            shown.some(({ id }) => id === store.selected) ? `delivery-${store.selected}` : undefined
          }
          tabIndex={0}
        >
          <thead class="unseen">
            <tr aria-rowindex={1}>
              {['Signature', 'Type', 'Answer', 'Subject', 'Time taken', 'Attempts', 'Age'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Space rows={from} />
            {shown.slice(from, to).map((group, index) => (
              <DeliveryRow key={group.id} group={group} index={from + index} />
            ))}
            <Space rows={shown.length - to} />
          </tbody>
        </table>
        {shown.length === 0 && (
          <p class="none">{store.list.total === 0 ? 'No deliveries yet.' : 'No delivery matches the filter.'}</p>
        )}
      </div>
      <Announcer newest={newest} />
    </div>
  );
}

function Space({ rows }: { readonly rows: number }) {
  if (rows <= 0) return null;
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row is not focusable
  return <tr aria-hidden="true" class="space" style={{ height: `${rows * rowPx}px` }} />;
}

function DeliveryRow({ group, index }: { readonly group: Group; readonly index: number }) {
  const store = useStore();
  const row = latest(group);
  const { word, shape, tone } = verdictOf(row);
  const count = group.attempts.length;
  const isSelected = store.selected === group.id;
  return (
    <tr
      id={`delivery-${group.id}`}
      class={tone}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      onClick={() => store.select(group.id)}
    >
      <td class="verdict">
        <span class="mark" aria-hidden="true">
          {shape}
        </span>
        {row.line.verified ? word : reasonWords(row.line.reason)}
      </td>
      <td class="type">{row.type}</td>
      <td class="status">{row.status ?? 'none'}</td>
      <td class="subject">{row.subject === null ? '' : shortId(row.subject)}</td>
      <td class="ms">{row.ms === null ? '' : msWords(row.ms)}</td>
      <td class="attempts">{count > 1 ? countWords(count, 'attempt', 'attempts') : ''}</td>
      <td class="age">{spanWords(Date.now() - row.atMs)}</td>
    </tr>
  );
}

/** Renders again regularly, because ages change. */
function useMinute(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 10_000);
    return () => clearInterval(timer);
  }, []);
}

/** Announces the number of new deliveries to screen readers, now and then. */
function Announcer({ newest }: { readonly newest: number }) {
  const { list } = useStore();
  const [text, setText] = useState('');
  const told = useRef({ id: newest, atMs: 0 });
  useEffect(() => {
    const wait = Math.max(0, told.current.atMs + announceMs - Date.now());
    const timer = setTimeout(() => {
      const count = list.shown.filter(({ id }) => id > told.current.id).length;
      told.current = { id: newest, atMs: Date.now() };
      if (count > 0) setText(countWords(count, 'new delivery', 'new deliveries'));
    }, wait);
    return () => clearTimeout(timer);
  }, [newest]);
  return (
    <p class="unseen" aria-live="polite">
      {text}
    </p>
  );
}

import { useEffect, useRef, useState } from 'preact/hooks';
import { countWords } from '../../pages/client/words.ts';
import { useConsole } from './context.ts';

/** New entries are announced at most this often. */
const announceMs = 5_000;
/** Entries that arrive together are announced together. */
const collectMs = 500;

const kinds = [
  ['request', 'new request', 'new requests'],
  ['delivery', 'delivery attempt', 'delivery attempts'],
  ['happening', 'change', 'changes'],
  ['finding', 'finding of the audit', 'findings of the audit'],
] as const;

/** Announces new entries to screen readers, now and then. */
export function Announcer() {
  const { ticks } = useConsole();
  const [text, setText] = useState('');
  const told = useRef({ ticks: { ...ticks }, atMs: Date.now() });
  const sum = kinds.reduce((total, [kind]) => total + ticks[kind], 0);
  useEffect(() => {
    const wait = Math.max(collectMs, told.current.atMs + announceMs - Date.now());
    const timer = setTimeout(() => {
      const before = told.current.ticks;
      const news = kinds.flatMap(([kind, one, many]) => {
        const count = ticks[kind] - before[kind];
        return count > 0 ? [countWords(count, one, many)] : [];
      });
      told.current = { ticks: { ...ticks }, atMs: Date.now() };
      if (news.length > 0) setText(news.join(', '));
    }, wait);
    return () => clearTimeout(timer);
  }, [sum]);
  return (
    <p class="unseen" aria-live="polite">
      {text}
    </p>
  );
}

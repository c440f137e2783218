import type { Deps } from '../../../command-kit/deps.ts';
import type { Listeners } from '../../../ports/store.ts';
import { defaultListenUrl } from '../../../webhook/defaults.ts';

/**
 * Where deliveries go without `--webhook-url`: the newest listener that runs with the profile, or where one without
 * options would listen. Says so whenever that is another one than before.
 */
export function followListener(listeners: Listeners, terminal: Pick<Deps['terminal'], 'notice'>): () => string {
  let before = defaultListenUrl;
  let current: string | null = null;
  const look = () => {
    const [newest, ...others] = listeners.running();
    const url = newest?.url ?? defaultListenUrl;
    if (url !== before) terminal.notice(describe(url, newest?.pid ?? null, others.length));
    before = url;
    return url;
  };
  return () => {
    // Hundreds of deliveries may begin at one moment, and each look reads files.
    if (current === null) setImmediate(() => (current = null));
    current ??= look();
    return current;
  };
}

function describe(url: string, pid: number | null, others: number): string {
  if (pid === null) return `no listener of the profile runs; deliveries go to ${url}`;
  const among = others === 0 ? '' : `, the newest of ${others + 1} listeners`;
  return `deliveries go to ${url} (webhook listen, pid ${pid}${among})`;
}

/** The key of a run, and the rest of the address's fragment. */
interface TakenKey {
  /** Null when there is none. */
  readonly key: string | null;
  /** Whether it differs from the one before a reload. */
  readonly isNew: boolean;
  readonly fragment: URLSearchParams;
}

/**
 * The key of this run: in the fragment, in exchange for a ticket in the fragment, or kept since before a reload. It is
 * kept in this tab only. The caller removes the fragment from the address bar. Another address of the page that is
 * opened in the same tab changes only the fragment, so the page loads itself again.
 *
 * @param storageName  where it is kept in the session storage
 * @param keyPath  where a ticket is exchanged
 */
export async function takeKey(storageName: string, keyPath: string): Promise<TakenKey> {
  addEventListener('hashchange', () => location.reload());
  const fragment = new URLSearchParams(location.hash.slice(1));
  const ticket = fragment.get('ticket');
  let key = fragment.get('key');
  if (ticket !== null) {
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ ticket }) };
    const answer = await fetch(keyPath, init);
    if (answer.ok) key = ((await answer.json()) as { key: string }).key;
  }
  const kept = sessionStorage.getItem(storageName);
  if (key !== null) sessionStorage.setItem(storageName, key);
  return { key: key ?? kept, isNew: key !== null && key !== kept, fragment };
}

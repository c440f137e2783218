/** The key of a run, and what else stood in the address. */
export interface TakenKey {
  /** Null when there is none. */
  readonly key: string | null;
  /** Whether it is another one than before a reload. */
  readonly isNew: boolean;
  readonly fragment: URLSearchParams;
}

/**
 * The key of this run: from the fragment, or for a ticket in it, or from before a reload. It is kept in this tab only.
 * The caller takes the fragment out of the address bar.
 *
 * @param storageName  where it is kept in the session storage
 * @param keyPath  where a ticket is exchanged
 */
export async function takeKey(storageName: string, keyPath: string): Promise<TakenKey> {
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

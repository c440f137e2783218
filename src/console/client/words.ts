/** `2027-06-10 09:00:00`, UTC as everywhere in the sandbox. */
export function timeWords(iso: string | null): string {
  return iso === null ? 'unknown' : iso.slice(0, 19).replace('T', ' ');
}

/** `revision_requested` in words. */
export function plainWord(name: string): string {
  return name.replaceAll('_', ' ');
}

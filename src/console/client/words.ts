/** `12 s`, `4 min`, `3 h`, `2 d`. */
export function spanWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return seconds < 129_600 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** `2027-06-10 09:00:00`, UTC as everywhere in the sandbox. */
export function timeWords(iso: string | null): string {
  return iso === null ? 'unknown' : iso.slice(0, 19).replace('T', ' ');
}

export function countWords(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** `revision_requested` as a reader says it. */
export function plainWord(name: string): string {
  return name.replaceAll('_', ' ');
}

/** `ptp_01hx…9q2k`: enough to tell ids apart. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 9)}…${id.slice(-4)}`;
}

/** `12 s`, `4 min`, `3 h`, `2 d`. */
export function spanWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400).toLocaleString('en-US')} d`;
}

export function countWords(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** `ptp_01hx…9q2k`: enough to tell ids apart. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 9)}…${id.slice(-4)}`;
}

/** `12,345`. A browser loads the tables of `Intl` at its first use: a tenth of the time to the first paint. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `12 s`, `4 min`, `3 h`, `2 d`. */
export function spanWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`;
  return `${grouped(Math.round(seconds / 86_400))} d`;
}

export function countWords(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `ptp_01hx…9q2k`: enough to tell ids apart. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 9)}…${id.slice(-4)}`;
}

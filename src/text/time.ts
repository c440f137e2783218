import { ReventoError } from '../errors/revento-error.ts';

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Node's timers hold 31 bits of milliseconds; a longer wait would fire at once. */
const longestMs = 2 ** 31 - 1;

/**
 * Milliseconds of a duration as users write it: `30s`, `5m`, `1h`, `1h30m`, `250ms`, `0s`.
 *
 * A bare number is refused: it could mean seconds or milliseconds.
 *
 * @param limitMs  the longest one accepted; it may be longer when no timer waits for it
 * @throws ReventoError `usage`
 */
export function parseDuration(text: string, limitMs = longestMs): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy)];
  const length = parts.reduce((sum, [whole]) => sum + whole.length, 0);
  if (parts.length === 0 || length !== text.length) {
    throw new ReventoError('usage', `${JSON.stringify(text)} is not a duration; write it like 30s, 5m or 1h`);
  }
  const totalMs = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0), 0);
  if (totalMs > limitMs) {
    const longest = formatDuration(Math.floor(limitMs / 86_400_000) * 86_400_000);
    throw new ReventoError('usage', `${JSON.stringify(text)} is too long; the longest duration is ${longest}`);
  }
  return Math.round(totalMs);
}

/**
 * A duration as `parseDuration` takes it, rounded to its two largest units: `45s`, `1h30m`, `89d`, `250ms`.
 */
export function formatDuration(ms: number): string {
  const units = Object.entries(unitMs).reverse();
  const index = units.findIndex(([, size]) => ms >= size);
  if (index === -1) return '0s';
  let text = '';
  let rest = ms;
  for (const [unit, size] of units.slice(index, index + 2)) {
    const amount = Math.floor(rest / size);
    // `ms` appears only on its own: next to seconds it does not matter.
    if (amount > 0 && !(text !== '' && unit === 'ms')) text += `${amount}${unit}`;
    rest -= amount * size;
  }
  return text;
}

const words: readonly (readonly [sizeMs: number, word: string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/**
 * A moment in relation to now, in words: `in 1 hour`, `in 90 minutes`, `3 hours ago`, `now`.
 *
 * To the nearest whole unit, as people round: a token just issued for an hour lasts one hour, not 59 minutes. The
 * unit is the largest that the distance holds exactly one or at least two of, so that an hour and a half is not
 * shown as one or two hours.
 *
 *
 * @param at   milliseconds since the Unix epoch
 * @param now  the same
 */
export function relativeTime(at: number, now: number): string {
  const distanceMs = Math.abs(at - now);
  const row = words.find(([sizeMs], index) => {
    const stepMs = words[index + 1]?.[0] ?? sizeMs;
    const roundedMs = Math.round(distanceMs / stepMs) * stepMs;
    return roundedMs === sizeMs || roundedMs >= 2 * sizeMs;
  });
  if (!row) return 'now';
  const [sizeMs, word] = row;
  const amount = Math.round(distanceMs / sizeMs);
  const text = `${amount} ${word}${amount === 1 ? '' : 's'}`;
  return at > now ? `in ${text}` : `${text} ago`;
}

/** A moment as ISO 8601 UTC with seconds, `2026-03-01T09:30:00Z`; null stays null. */
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

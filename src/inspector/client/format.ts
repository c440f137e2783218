import type { Row } from '../model/row.ts';

/** The words for reasons why a signature is invalid. */
const reasons: Readonly<Record<string, string>> = {
  signature_mismatch: 'signature mismatch',
  stale_timestamp: 'timestamp too old',
  future_timestamp: 'timestamp in the future',
  bad_timestamp: 'bad timestamp',
  missing_header: 'missing header',
  bad_signature_format: 'bad signature format',
  not_json: 'not JSON',
};

export function reasonWords(reason: string | null): string {
  return reason === null ? 'verified' : (reasons[reason] ?? reason);
}

/** The outcome of a delivery in one word, with a matching shape and tone. */
export function verdictOf({ line, status }: Row): {
  readonly word: string;
  readonly shape: string;
  readonly tone: string;
} {
  if (!line.verified) return { word: 'invalid', shape: '✗', tone: 'bad' };
  if (line.duplicate) return { word: 'duplicate', shape: '=', tone: 'calm' };
  if (status === null) return { word: 'no answer', shape: '!', tone: 'bad' };
  if (status < 200 || status >= 300) return { word: 'failed', shape: '!', tone: 'bad' };
  return { word: 'ok', shape: '✓', tone: 'good' };
}

export function msWords(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** Local time to the millisecond. */
export function timeWords(atMs: number): string {
  const at = new Date(atMs);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

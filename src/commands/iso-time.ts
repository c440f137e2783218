/** A moment as ISO 8601 UTC with seconds, `2026-03-01T09:30:00Z`; null stays null. Never throws. */
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

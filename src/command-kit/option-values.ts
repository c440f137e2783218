import { ReventoError } from '../errors/revento-error.ts';

/** For an option that may be repeated: its values so far, and one more. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/**
 * The number an option takes.
 *
 * @throws ReventoError `usage` when the text is not a whole number in the range
 */
export function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new ReventoError('usage', `${flag} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}.`);
}

import type { Json } from './value.ts';

/** A JSON object whose members have yet to be checked. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The value a text stands for, or undefined where it is not JSON. The parser's message is dropped: it quotes the text. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export function isJson(text: string): boolean {
  return parseJson(text) !== undefined;
}

/** The object a text stands for, or null where it is not JSON or is another kind of value. */
export function parseRecord(text: string): JsonRecord | null {
  const value = parseJson(text);
  return isRecord(value) ? value : null;
}

/** Whether a value is an object with members, which an array is not. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

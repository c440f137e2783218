import type { Step } from '../../json/located.ts';
import type { Finding } from './mistakes.ts';

/**
 * Every id that stands in a seed document more often than once. A user may be in several events, but in each once.
 *
 * @param value  the document as it was read: it may have other mistakes
 */
export function repeatedIds(value: unknown): readonly Finding[] {
  const events = listIn(value, 'events', []);
  const people = events.map(([event, path]) => listIn(event, 'participants', path));
  return [
    ...again('client', 'id', listIn(value, 'clients', [])),
    ...again('event', 'id', events),
    ...again('participant', 'id', people.flat()),
    ...again('application', 'application_id', people.flat()),
    ...people.flatMap((rows) => again('user', 'user_id', rows)),
    ...again(
      'activity',
      'id',
      events.flatMap(([event, path]) => listIn(event, 'activities', path)),
    ),
  ];
}

type Located = readonly [value: unknown, path: readonly Step[]];

function listIn(value: unknown, name: string, path: readonly Step[]): readonly Located[] {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? list.map((row: unknown, index) => [row, [...path, name, index]] as const) : [];
}

function again(what: string, field: string, rows: readonly Located[]): readonly Finding[] {
  const seen = new Set<unknown>();
  return rows.flatMap(([row, path]) => {
    const id = fieldOf(row, field);
    const isRepeated = typeof id === 'string' && seen.has(id);
    seen.add(id);
    return isRepeated ? [{ path: [...path, field], message: `repeats the ${what} ${id}` }] : [];
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

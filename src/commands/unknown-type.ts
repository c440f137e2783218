import type { Deps } from '../deps.ts';
import { eventTypes, knownType } from '../webhook/event.ts';
import { nearest } from './suggestion.ts';

/** Warns of a type that is not in the table, and names the one that may be meant. It is sent all the same. */
export function warnOfUnknownType(type: string, { terminal }: Pick<Deps, 'terminal'>): void {
  if (knownType(type) !== undefined) return;
  const meant = nearest(
    type,
    eventTypes.map((row) => row.type),
  );
  terminal.notice(
    `warning: ${JSON.stringify(type)} is no event type this tool knows${meant === null ? '' : `; did you mean ${meant}?`}`,
  );
}

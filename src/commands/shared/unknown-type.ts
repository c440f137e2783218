import type { Deps } from '../../command-kit/deps.ts';
import { nearest } from '../../text/suggestion.ts';
import { eventTypes } from '../../webhook/event.ts';
import { isTypeMatch } from '../../webhook/targets.ts';

/**
 * Warns of a type that is not in the table, and names the one that may be meant. The table is not complete, so it is
 * taken all the same.
 *
 * @param isPattern  a final `*` stands for the rest of a type
 */
export function warnOfUnknownType(
  type: string,
  { terminal }: Pick<Deps, 'terminal'>,
  { isPattern = false }: { readonly isPattern?: boolean } = {},
): void {
  const known = eventTypes.map((row) => row.type);
  if (isPattern ? known.some((name) => isTypeMatch(type, name)) : known.includes(type)) return;
  const meant = nearest(type, known);
  terminal.notice(
    `warning: ${JSON.stringify(type)} is no event type this tool knows${meant === null ? '' : `; did you mean ${meant}?`}`,
  );
}

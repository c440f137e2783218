import type { Deps } from '../../command-kit/deps.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { nearest } from '../../text/suggestion.ts';
import { eventTypes } from '../../webhook/event.ts';
import { isTypeMatch } from '../../webhook/targets.ts';

/**
 * The list of types is not complete, so a type that is not in it may exist; a misspelled one is far more likely.
 *
 * @param isPattern  a final `*` stands for the rest of a type
 * @param remedy  how to use such a type on purpose, to follow `;`
 * @throws ReventoError `usage` for a type that is not in the list
 */
export function requireKnownType(
  type: string,
  { isPattern = false, remedy = 'to use it anyway, add --unknown-type' } = {},
): void {
  const known = eventTypes.map((row) => row.type);
  if (isPattern ? known.some((name) => isTypeMatch(type, name)) : known.includes(type)) return;
  const meant = nearest(type, known);
  const advice = meant === null ? 'to see the types, run: revento webhook events' : `did you mean ${meant}?`;
  throw new ReventoError('usage', `${JSON.stringify(type)} is an unknown event type.`, {
    hint: remedy === '' ? advice : `${advice} ${remedy[0]?.toUpperCase()}${remedy.slice(1)}`,
  });
}

/** The option that lets a made-up type pass. */
export const unknownTypeOption = ['--unknown-type', 'accept an event type that this tool does not know'] as const;

/**
 * Warns of a type that is not in the list, and names the one that may be meant.
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
    `warning: ${JSON.stringify(type)} is an unknown event type${meant === null ? '' : `; did you mean ${meant}?`}`,
  );
}

import type { Deps } from '../../command-kit/deps.ts';
import { ReventoError } from '../../errors/revento-error.ts';
import { nearest } from '../../text/suggestion.ts';
import { eventTypes } from '../../webhook/event.ts';
import { isTypeMatch } from '../../webhook/targets.ts';

interface KnownTypeOptions {
  readonly isPattern?: boolean;
  readonly remedy?: string | null;
}

/**
 * The list of types is not complete, so a type that is not in it may exist; a misspelled one is far more likely.
 *
 * @param isPattern  a final `*` stands for the rest of a type
 * @param remedy  how to use such a type on purpose; null where there is no way
 * @throws ReventoError `usage` for a type that is not in the list
 */
export function requireKnownType(
  type: string,
  { isPattern = false, remedy = 'to use it anyway, add --unknown-type' }: KnownTypeOptions = {},
): void {
  const meant = meantBy(type, isPattern);
  if (meant === undefined) return;
  const advice = meant === null ? 'for the known types, run: revento webhook events' : `did you mean ${meant}?`;
  throw new ReventoError('usage', `Unknown event type ${JSON.stringify(type)}.`, {
    hint: remedy === null ? advice : `${advice}${meant === null ? ';' : ' Or'} ${remedy}`,
  });
}

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
  const meant = meantBy(type, isPattern);
  if (meant === undefined) return;
  terminal.notice(
    `warning: unknown event type ${JSON.stringify(type)}${meant === null ? '' : `; did you mean ${meant}?`}`,
  );
}

/** The known type that is most like an unknown one, null where none is; undefined for a known one. */
function meantBy(type: string, isPattern: boolean): string | null | undefined {
  const known = eventTypes.map((row) => row.type);
  const isKnown = isPattern ? known.some((name) => isTypeMatch(type, name)) : known.includes(type);
  return isKnown ? undefined : nearest(type, known);
}

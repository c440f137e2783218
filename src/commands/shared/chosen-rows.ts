import { ReventoError } from '../../errors/revento-error.ts';
import { adviceOn } from '../../text/suggestion.ts';

/**
 * The rows that a comma-separated list of ids names, in the order of the table; without a list, all of them.
 *
 * @param kind  what a row is, such as `rule`
 * @param hint  where the ids are listed
 * @throws ReventoError `usage` for an id that does not exist
 */
export function chosenRows<Row extends { readonly id: string }>(
  list: string | undefined,
  rows: readonly Row[],
  { kind, hint }: { readonly kind: string; readonly hint: string },
): readonly Row[] {
  if (list === undefined) return rows;
  const ids = list.split(',').map((id) => id.trim());
  const known = rows.map(({ id }) => id);
  for (const id of ids) {
    if (known.includes(id)) continue;
    throw new ReventoError('usage', `Unknown ${kind} ${JSON.stringify(id)}.`, { hint: adviceOn(id, known, hint) });
  }
  return rows.filter(({ id }) => ids.includes(id));
}

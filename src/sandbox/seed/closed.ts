import * as v from 'valibot';

/**
 * An object with these fields and no others. Each field too many is a mistake of its own, with the names there are; a
 * strict object of the library stops at the first.
 */
export function closed<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.StrictObjectSchema<Entries, undefined> {
  const schema = v.objectWithRest(entries, v.never(Object.keys(entries).join(' ')));
  // Its values are those of a strict object; the type of the library has an index of `never` besides.
  return schema as unknown as v.StrictObjectSchema<Entries, undefined>;
}

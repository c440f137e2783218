/** Groups values by a key; those without one are left out. */
export function groups<One>(
  things: readonly One[],
  keyOf: (one: One) => string | number | null,
): ReadonlyMap<string | number, readonly One[]> {
  const found = new Map<string | number, One[]>();
  for (const one of things) {
    const key = keyOf(one);
    if (key === null) continue;
    const group = found.get(key);
    if (group === undefined) found.set(key, [one]);
    else group.push(one);
  }
  return found;
}

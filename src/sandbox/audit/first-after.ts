/** The index of the first one with a higher number, among those in the order of their numbers. */
export function firstAfter(list: readonly { readonly number: number }[], number: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.number ?? 0) > number) high = middle;
    else low = middle + 1;
  }
  return low;
}

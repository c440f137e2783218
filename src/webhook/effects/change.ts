import { isRecord } from '../../json/parse.ts';
import type { Json } from '../../json/value.ts';

/** One place at which two outputs differ. */
type Difference =
  | (Where & { readonly kind: 'number'; readonly by: number })
  | (Where & { readonly kind: 'added' | 'removed' | 'value'; readonly what: string });

interface Where {
  readonly at: string;
  /** The same without names that may be data. */
  readonly shown: string;
}

/** What deliveries changed in the output that shows the effects; empty when nothing changed. */
export type Change = readonly Difference[];

/** What differs from one delivery to the next: the ids that we made, UUIDs, and times. */
const varying =
  /\b(?:app|ptp|usr)_[0-9a-f]{16}\b|evt_delivery_[0-9a-f]{16}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]*Z?/g;

/** Unix times of the years 2020 to 2050, in seconds and in milliseconds. */
const unixTimes = [1, 1_000].map((unit) => [1_577_836_800 * unit, 2_524_608_000 * unit] as const);

/** A name of a member that looks like data: an address, a name of a person, a phone number. */
const dataLike = /[@\s%+]|\d{5}|[^\x20-\x7e]/;

const alike = (text: string) => text.replace(varying, '#');

const isTime = (number: number) => unixTimes.some(([first, last]) => number >= first && number <= last);

/** JSON text in which members are sorted and ids are alike, so that equal values have equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'number' && isTime(value)) return JSON.stringify('#');
  if (!isRecord(value)) return typeof value === 'string' ? JSON.stringify(alike(value)) : JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(alike(name))}:${canonical(member)}`);
  return `{${members.sort().join(',')}}`;
}

/** How the later output differs from the earlier one. A list that grew or shrank is compared without its order. */
export function changeBetween(before: Json, after: Json): Change {
  return differences(before, after, { at: '', shown: '' });
}

function differences(before: unknown, after: unknown, at: Where): Difference[] {
  if (typeof before === 'number' && typeof after === 'number') {
    if (before === after) return [];
    if (isTime(before) && isTime(after)) return [{ ...at, kind: 'value', what: canonical(after) }];
    return [{ ...at, kind: 'number', by: after - before }];
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    if (before.length === after.length) return before.flatMap((item, index) => differences(item, after[index], at));
    return [...surplus(after, before, at, 'added'), ...surplus(before, after, at, 'removed')];
  }
  if (isRecord(before) && isRecord(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
      const below = memberOf(at, alike(name));
      if (!Object.hasOwn(before, name)) return [{ ...below, kind: 'added', what: canonical(after[name]) } as const];
      if (!Object.hasOwn(after, name)) return [{ ...below, kind: 'removed', what: canonical(before[name]) } as const];
      return differences(before[name], after[name], below);
    });
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [{ ...at, kind: 'value', what: canonical(after) }];
}

function memberOf({ at, shown }: Where, name: string): Where {
  const inside = (path: string, own: string) => (path === '' ? own : `${path}.${own}`);
  return { at: inside(at, name), shown: inside(shown, dataLike.test(name) ? '[masked]' : name) };
}

/** The items of one list that another one lacks, compared with their ids and described without them. */
function surplus(list: readonly unknown[], other: readonly unknown[], at: Where, kind: 'added' | 'removed') {
  const left = new Map<string, number>();
  for (const item of other) left.set(JSON.stringify(item), (left.get(JSON.stringify(item)) ?? 0) + 1);
  return list.flatMap((item): Difference[] => {
    const text = JSON.stringify(item);
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count > 0 ? [] : [{ ...at, kind, what: canonical(item) }];
  });
}

export function isSameChange(one: Change, other: Change): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf(change: Change): string {
  return JSON.stringify(change.map((difference) => JSON.stringify(difference)).sort());
}

/**
 * How many times a delivery took effect, by what changed most, when one delivery has the effect `one`; null when the
 * changes are not of one kind.
 */
export function timesOf(change: Change, one: Change): number | null {
  const [sums, wanted] = [totals(change), totals(one)];
  if ([...sums.keys()].some((name) => !wanted.has(name))) return null;
  const ratios = [...wanted].map(([name, amount]) => (sums.get(name) ?? 0) / amount);
  const most = Math.max(...ratios);
  const isClear = most !== 1 && ratios.every((ratio) => Number.isInteger(ratio) && ratio >= 0);
  return isClear || isSameChange(change, one) ? most : null;
}

/** Whether a change is that of several deliveries, each of which has the effect `one`. */
export function isTimes(change: Change, one: Change, times: number): boolean {
  const [sums, wanted] = [totals(change), totals(one)];
  const isAdded = ([name, amount]: readonly [string, number]) => (sums.get(name) ?? 0) === times * amount;
  // A value that each of them replaces has changed once or more.
  const isReplaced = ([name]: readonly [string, number]) => sums.has(name) && replaced(one).has(name);
  return sums.size === wanted.size && [...wanted].every((entry) => isAdded(entry) || isReplaced(entry));
}

/** Whether several deliveries have several times the effect of one: a number that grows, or entries that are added. */
export function canAddUp(one: Change): boolean {
  return totals(one).size > replaced(one).size;
}

function replaced(change: Change): ReadonlyMap<string, number> {
  return totals(change.filter(({ kind }) => kind === 'value'));
}

/** Sums and counts by place and kind. */
function totals(change: Change): Map<string, number> {
  const sums = new Map<string, number>();
  for (const difference of change) {
    const { at, kind } = difference;
    const name = kind === 'number' ? `${at} ` : `${at} ${kind} ${difference.what}`;
    sums.set(name, (sums.get(name) ?? 0) + (kind === 'number' ? difference.by : 1));
  }
  return sums;
}

const mostNamed = 4;

/** Such as `+1` or `approvals +2, 1 row more`; never a text of the output, which may be personal. */
export function describeChange(change: Change): string {
  if (change.length === 0) return 'no change';
  const said = new Map<string, number>();
  const parts: string[] = [];
  for (const difference of change) {
    const at = difference.shown.slice(0, 60);
    const named = (words: string) => (at === '' ? words : `${at} ${words}`);
    if (difference.kind === 'number') parts.push(named(`${difference.by > 0 ? '+' : ''}${difference.by}`));
    else {
      const words = named({ added: 'entries added', removed: 'entries removed', value: 'changed' }[difference.kind]);
      said.set(words, (said.get(words) ?? 0) + 1);
    }
  }
  for (const [words, count] of said) parts.push(words.endsWith('changed') ? words : `${words}: ${count}`);
  const rest = parts.length - mostNamed;
  return parts.slice(0, mostNamed).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

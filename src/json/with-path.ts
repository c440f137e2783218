import { isRecord } from './parse.ts';
import type { Json } from './value.ts';

/** Places that may be added at the end of a list; they are null. */
const longestGap = 10_000;

/**
 * A copy of a JSON value with one place changed; objects on the way there are made, array places are numbers.
 *
 * @param path such as `data.custom_form_fields.favorite_track` or `data.items.0`, already split; of any length
 * @returns undefined when an array place is far past the end of its list
 */
export function withPath(value: Json | undefined, path: readonly string[], leaf: Json): Json | undefined {
  const parents: (Json | undefined)[] = [];
  let at = value;
  for (const key of path) {
    parents.push(at);
    at = childOf(at, key);
  }
  let result: Json = leaf;
  for (let level = path.length - 1; level >= 0; level--) {
    const changed = withChild(parents[level], path[level] ?? '', result);
    if (changed === undefined) return undefined;
    result = changed;
  }
  return result;
}

function childOf(parent: Json | undefined, key: string): Json | undefined {
  if (isList(parent)) return isPlace(key) ? parent[Number(key)] : undefined;
  return isRecord(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
}

function withChild(parent: Json | undefined, key: string, child: Json): Json | undefined {
  if (isList(parent) && isPlace(key)) {
    if (Number(key) > parent.length + longestGap) return undefined;
    const gap = Array.from({ length: Math.max(0, Number(key) - parent.length) }, () => null);
    const list: Json[] = [...parent, ...gap];
    list[Number(key)] = child;
    return list;
  }
  // A computed key, so that __proto__ is a member like any other.
  return { ...(isRecord(parent) ? parent : {}), [key]: child };
}

function isPlace(key: string): boolean {
  return /^\d+$/.test(key);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

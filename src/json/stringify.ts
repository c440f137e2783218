import { type Json, JsonText } from './value.ts';

/** A value as JSON text: unchanged where it was text, compact otherwise. */
export function toText(data: Json | JsonText): string {
  return data instanceof JsonText ? data.text.trim() : stringify(data);
}

/** A value as compact JSON, however deep it is. */
export function stringify(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // JSON.stringify recurses and fails a few thousand levels down; a parsed value can be deeper than that.
    if (error instanceof RangeError) return stringifyDeep(value);
    throw error;
  }
}

/** `JSON.stringify` without recursion. */
function stringifyDeep(data: Json): string {
  let text = '';
  const open: {
    readonly rest: Iterator<readonly [key: string | null, value: Json]>;
    readonly close: string;
    isFirst: boolean;
  }[] = [];
  const begin = (value: Json) => {
    if (typeof value !== 'object' || value === null) {
      text += JSON.stringify(value);
      return;
    }
    const isList = Array.isArray(value);
    text += isList ? '[' : '{';
    open.push({ rest: members(value), close: isList ? ']' : '}', isFirst: true });
  };
  begin(data);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.rest.next();
    if (next.done) {
      text += top.close;
      open.pop();
      continue;
    }
    if (!top.isFirst) text += ',';
    top.isFirst = false;
    const [key, value] = next.value;
    if (key !== null) text += `${JSON.stringify(key)}:`;
    begin(value);
  }
  return text;
}

function* members(value: object): Generator<readonly [string | null, Json]> {
  if (Array.isArray(value)) {
    for (const element of value) yield [null, element ?? null];
    return;
  }
  for (const [key, member] of Object.entries(value)) if (member !== undefined) yield [key, member as Json];
}

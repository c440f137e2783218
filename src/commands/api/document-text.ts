import { elementsOf, entriesOf, isArray, isObject } from '../../json/text.ts';
import { cellOf, decorate } from '../../output/cell.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import type { Style } from '../../text/style.ts';

/** Deeper levels stand on one line as JSON. */
const deepestLevel = 8;
/** A longer name moves only its own value, to keep the gap on the other lines small. */
const widestName = 40;

/**
 * A JSON document for people: a line a field, nested fields indented under theirs, list elements led by `-`.
 *
 * @param text valid JSON
 * @param now  milliseconds since the Unix epoch; times of other years show theirs
 */
export function documentText(text: string, style: Style, now: number): string {
  return linesOf(text, { style, now, level: 0 }).join('\n');
}

interface Context {
  readonly style: Style;
  readonly now: number;
  readonly level: number;
}

function linesOf(text: string, context: Context): string[] {
  if (isObject(text) && entriesOf(text).length > 0) return fieldLines(entriesOf(text), context);
  if (isArray(text) && elementsOf(text).length > 0)
    return elementsOf(text).flatMap((value) => elementLines(value, context));
  return [scalar(text, '', context)];
}

/** Values are aligned, after the longest name of their level that is not too long. */
function fieldLines(fields: readonly (readonly [string, string])[], context: Context): string[] {
  const names = fields.map(([name]) => sanitizeLine(name));
  const flat = names.filter((_name, index) => !isNested(fields[index]?.[1] ?? '', context));
  const width = flat.reduce((widest, { length }) => (length > widestName ? widest : Math.max(widest, length)), 0);
  return fields.flatMap(([name, value], index) => {
    const label = names[index] ?? '';
    if (!isNested(value, context)) {
      return [
        `${context.style.bold(label)}${' '.repeat(Math.max(0, width - label.length) + 2)}${scalar(value, name, context)}`,
      ];
    }
    return [context.style.bold(label), ...indent(linesOf(value, deeper(context)), '  ')];
  });
}

function elementLines(value: string, context: Context): string[] {
  if (!isNested(value, context)) return [`- ${scalar(value, '', context)}`];
  const [first = '', ...rest] = linesOf(value, deeper(context));
  return [`- ${first}`, ...indent(rest, '  ')];
}

function isNested(value: string, { level }: Context): boolean {
  if (level >= deepestLevel) return false;
  return isObject(value) ? entriesOf(value).length > 0 : isArray(value) && elementsOf(value).length > 0;
}

function scalar(value: string, name: string, { style, now }: Context): string {
  const { text, paint } = cellOf(value, name, now);
  return decorate(text, paint, style);
}

function deeper(context: Context): Context {
  return { ...context, level: context.level + 1 };
}

function indent(lines: readonly string[], by: string): string[] {
  return lines.map((line) => `${by}${line}`);
}

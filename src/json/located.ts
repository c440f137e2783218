/** A place in a text, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Mistake extends Place {
  readonly message: string;
}

/** A step into a value: the name of a field, or a place in a list. */
export type Step = string | number;

/** A value with the place of each of its parts. */
export interface LocatedValue {
  readonly value: unknown;
  /** Where a part stands: its name, for a field; the nearest part around it, for one that is not there. */
  placeOf(path: readonly Step[]): Place;
}

/**
 * A YAML or JSON text as a value that remembers its lines. JSON is read as YAML, which contains it; the library is
 * loaded here and nowhere else.
 *
 * @returns a value, or every mistake of the text
 */
export async function readLocated(
  text: string,
): Promise<LocatedValue | { readonly mistakes: readonly [Mistake, ...Mistake[]] }> {
  const { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, merge: true });
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const mistakes = document.errors.map(({ message, pos }): Mistake => ({ ...placeAt(pos[0]), message }));
  // The library reports them without a place, and not before the value is asked for.
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const message = `unknown anchor ${alias.source}; an anchor must be set before its alias`;
      mistakes.push({ ...placeAt(alias.range?.[0] ?? 0), message });
    },
  });
  const [first, ...more] = mistakes;
  if (first !== undefined) return { mistakes: [first, ...more] };
  const placeOf = (path: readonly Step[]): Place => {
    for (let length = path.length; length > 0; length--) {
      const name = path[length - 1];
      const parent = document.getIn(path.slice(0, length - 1), true);
      const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && `${key.value}` === `${name}`) : null;
      const node = isPair(pair) ? pair.key : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return placeAt(node.range[0]);
    }
    return placeAt(document.contents?.range?.[0] ?? 0);
  };
  try {
    return { value: document.toJS(), placeOf };
  } catch (error) {
    // Aliases of aliases that would become a huge value.
    if (!(error instanceof ReferenceError)) throw error;
    return { mistakes: [{ line: 1, column: 1, message: error.message }] };
  }
}

/** A form of an HTML page: where it is sent, and its fields. */
export interface Form {
  readonly method: string;
  /** As written in the HTML, usually relative. */
  readonly action: string;
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  readonly value: string;
  readonly kind: 'hidden' | 'checkbox' | 'button' | 'other';
  /** Whether a checkbox is checked, or an option selected. */
  readonly isOn: boolean;
  readonly isDisabled: boolean;
}

/**
 * The first form of a page; null when it has none. Reads inputs, checkboxes, buttons and selects, as consent pages use
 * them; it is not an HTML parser.
 */
export function readForm(html: string): Form | null {
  const [form] = tagsOf(html, 'form');
  const inside = form === undefined ? null : contentOf(html, form);
  if (form === undefined || inside === null) return null;
  const fields: Field[] = [];
  for (const { element, attributes } of tagsOf(inside, 'input|button')) {
    const name = attributes.get('name');
    if (name === undefined) continue;
    const type = (attributes.get('type') ?? (element === 'button' ? 'submit' : 'text')).toLowerCase();
    fields.push({
      name,
      value: attributes.get('value') ?? (type === 'checkbox' ? 'on' : ''),
      kind: kindOf(type),
      isOn: attributes.has('checked'),
      isDisabled: attributes.has('disabled'),
    });
  }
  for (const select of tagsOf(inside, 'select')) {
    const options = contentOf(inside, select);
    if (options === null) break;
    const name = select.attributes.get('name');
    const [first] = tagsOf(options, 'option');
    if (name === undefined || first === undefined) continue;
    fields.push({ name, value: first.attributes.get('value') ?? '', kind: 'other', isOn: true, isDisabled: false });
  }
  return {
    method: (form.attributes.get('method') ?? 'get').toUpperCase(),
    action: form.attributes.get('action') ?? '',
    fields,
  };
}

interface Tag {
  /** Lower-case. */
  readonly element: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Index just past it. */
  readonly end: number;
}

/**
 * The opening tags of some elements, up to one that never ends. This is a loop, because a regular expression for a
 * whole tag would search the rest of the page for each tag that is not closed.
 *
 * @param names  such as `input|button`
 */
function* tagsOf(html: string, names: string): Generator<Tag, void, void> {
  const opening = new RegExp(`<(${names})\\b`, 'gi');
  for (let found = opening.exec(html); found !== null; found = opening.exec(html)) {
    const close = endOfTag(html, opening.lastIndex);
    if (close === -1) return;
    const attributes = attributesOf(html.slice(opening.lastIndex, close));
    yield { element: (found[1] ?? '').toLowerCase(), attributes, end: close + 1 };
    opening.lastIndex = close + 1;
  }
}

/** Index of the `>` that ends a tag, ignoring those in quoted values; -1 when there is none. */
function endOfTag(html: string, from: number): number {
  for (let at = from; at < html.length; at++) {
    const char = html[at];
    if (char === '>') return at;
    if (char !== '"' && char !== "'") continue;
    at = html.indexOf(char, at + 1);
    if (at === -1) return -1;
  }
  return -1;
}

/** The content between a tag and its closing tag; null when it is not closed. */
function contentOf(html: string, { element, end }: Tag): string | null {
  const closing = new RegExp(`</${element}>`, 'gi');
  closing.lastIndex = end;
  const found = closing.exec(html);
  return found === null ? null : html.slice(end, found.index);
}

function kindOf(type: string): Field['kind'] {
  if (type === 'hidden') return 'hidden';
  if (type === 'checkbox') return 'checkbox';
  return type === 'submit' || type === 'button' ? 'button' : 'other';
}

function attributesOf(tag: string): ReadonlyMap<string, string> {
  const found = tag.matchAll(/([a-zA-Z][\w:-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g);
  return new Map(
    [...found].map(([, name = '', double, single, bare]) => [
      name.toLowerCase(),
      unescapeHtml(double ?? single ?? bare ?? ''),
    ]),
  );
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeHtml(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

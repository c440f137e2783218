/** A form as a page shows it: where it goes, and the fields a person would send. */
export interface Form {
  readonly method: string;
  /** As written in the page, usually relative. */
  readonly action: string;
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  readonly value: string;
  readonly kind: 'hidden' | 'checkbox' | 'button' | 'other';
  /** A box that is ticked, or an option that is chosen. */
  readonly isOn: boolean;
  readonly isDisabled: boolean;
}

/**
 * The first form of a page; null when there is none. Reads what consent pages are made of (inputs, boxes, buttons,
 * selects), not HTML at large.
 *
 * Never throws.
 */
export function readForm(html: string): Form | null {
  const [, formTag, inside] = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html) ?? [];
  if (formTag === undefined || inside === undefined) return null;
  const form = attributesOf(formTag);
  const fields: Field[] = [];
  for (const [, element = '', tag = ''] of inside.matchAll(/<(input|button)\b((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi)) {
    const attributes = attributesOf(tag);
    const name = attributes.get('name');
    if (name === undefined) continue;
    const type = (attributes.get('type') ?? (element.toLowerCase() === 'button' ? 'submit' : 'text')).toLowerCase();
    fields.push({
      name,
      value: attributes.get('value') ?? (type === 'checkbox' ? 'on' : ''),
      kind: kindOf(type),
      isOn: attributes.has('checked'),
      isDisabled: attributes.has('disabled'),
    });
  }
  for (const [, tag = '', options = ''] of inside.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/gi)) {
    const name = attributesOf(tag).get('name');
    const first = /<option\b([^>]*)>/i.exec(options)?.[1];
    if (name === undefined || first === undefined) continue;
    const value = attributesOf(first).get('value') ?? '';
    fields.push({ name, value, kind: 'other', isOn: true, isDisabled: false });
  }
  return {
    method: (form.get('method') ?? 'get').toUpperCase(),
    action: form.get('action') ?? '',
    fields,
  };
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

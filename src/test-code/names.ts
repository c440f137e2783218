import { plain } from './literals.ts';

/** The names of a test. */
export interface Named {
  /** For the reader: type and delivery ID. Unique in its file. */
  readonly title: string;
  /** The words of the type, in lower case, and the ID: parts of identifiers. Unique in any case of letters. */
  readonly words: readonly string[];
  readonly id: string;
}

/** Of a type or ID; longer ones are cut. */
const longest = 80;

/** What the files call things themselves: the test of a changed body, and a constant of pytest. */
const ownNames = ['rejects_a_changed_body', 'timeout_seconds'] as const;

/** Gives each test of a file names that no other has. PHP's methods differ by more than case. */
export class Names {
  readonly #taken = new Set<string>(ownNames);
  /** The next number to try, by title: a recording may have thousands of deliveries without an ID. */
  readonly #next = new Map<string, number>();

  of({ event, deliveryId }: { readonly event: string | null; readonly deliveryId: string | null }): Named {
    const type = event ?? '';
    const words = (type.match(/[a-z0-9]+/gi) ?? [])
      .join(' ')
      .slice(0, longest)
      .toLowerCase()
      .split(' ')
      .filter(Boolean);
    // An identifier begins with a letter.
    if (!/^[a-z]/.test(words[0] ?? '')) words.unshift('delivery');
    const id = (deliveryId ?? '').replace(/[^a-z0-9]+/gi, '_').slice(0, longest) || 'without_id';
    const title = `${plain(type).slice(0, longest).trim() || 'a delivery'} ${
      plain(deliveryId ?? '')
        .slice(0, longest)
        .trim() || 'without an ID'
    }`;
    for (let nth = this.#next.get(title) ?? 1; ; nth++) {
      this.#next.set(title, nth + 1);
      const names: Named = nth === 1 ? { title, words, id } : { title: `${title} (${nth})`, words, id: `${id}_${nth}` };
      const taken = [names.title, snakeCase(names), pascalCase(names).toLowerCase()];
      if (taken.some((name) => this.#taken.has(name.toLowerCase()))) continue;
      for (const name of taken) this.#taken.add(name.toLowerCase());
      return names;
    }
  }
}

/** `application_approved_d1` */
export function snakeCase({ words, id }: Named): string {
  return [...words, id].join('_');
}

/** `ApplicationApproved_d1` */
export function pascalCase({ words, id }: Named): string {
  return `${words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`).join('')}_${id}`;
}

/** `applicationApproved_d1` */
export function camelCase(name: Named): string {
  const pascal = pascalCase(name);
  return `${pascal[0]?.toLowerCase()}${pascal.slice(1)}`;
}

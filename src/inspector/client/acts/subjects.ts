import type { SubjectView } from '../../model/wire.ts';
import type { Api } from '../api.ts';

/** The subject of one delivery, as far as it is known. */
type Subject =
  | { readonly state: 'asking' }
  | { readonly state: 'answered'; readonly view: SubjectView }
  | { readonly state: 'failed'; readonly problem: string };

/** The subjects of deliveries from the API, by number; requested only by a click. */
export class Subjects {
  readonly #api: Pick<Api, 'subject'>;
  readonly #changed: () => void;
  readonly #known = new Map<number, Subject>();

  constructor(api: Pick<Api, 'subject'>, changed: () => void) {
    this.#api = api;
    this.#changed = changed;
  }

  of(id: number): Subject | null {
    return this.#known.get(id) ?? null;
  }

  async ask(id: number): Promise<void> {
    if (this.of(id)?.state === 'asking') return;
    this.#put(id, { state: 'asking' });
    try {
      this.#put(id, { state: 'answered', view: await this.#api.subject(id) });
    } catch (error) {
      this.#put(id, { state: 'failed', problem: error instanceof Error ? error.message : String(error) });
    }
  }

  forget(id: number): void {
    this.#known.delete(id);
    this.#changed();
  }

  #put(id: number, subject: Subject): void {
    this.#known.set(id, subject);
    this.#changed();
  }
}

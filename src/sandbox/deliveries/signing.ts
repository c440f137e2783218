import { randomBytes } from 'node:crypto';
import { ignore, type Note } from '../saved/change.ts';
import type { SavedSigning } from '../saved/snapshot.ts';
import type { Attempt } from './delivery.ts';

/** Which of an integration's signing secrets: the current one or, during a rotation, the previous one. */
export type SecretAge = Attempt['signed_with'];

/** A new webhook signing secret. @param marker  a text for it to contain */
export function createWebhookSecret(marker = ''): string {
  return `whsec_${marker}${randomBytes(32).toString('base64url')}`;
}

/**
 * The webhook signing secrets of the integration: one, or two while a rotation lasts. Source: guide, secret rotation.
 * Assumed: deliveries are signed alternately with both, so that a handler with only one of them fails within two.
 */
export class SigningSecrets {
  #current: string;
  #previous: string | null = null;
  #turns = 0;
  readonly #note: Note;

  constructor(secret: string, note: Note = ignore) {
    this.#current = secret;
    this.#note = note;
  }

  get current(): string {
    return this.#current;
  }

  /** Null while no rotation is in progress. */
  get previous(): string | null {
    return this.#previous;
  }

  /** Starts a rotation; one in progress drops its older secret. */
  rotate(next: string): void {
    this.#previous = this.#current;
    this.#current = next;
    this.#turns = 0;
    this.#noteState();
  }

  /** Ends the rotation: only the current secret signs from now on. */
  finish(): void {
    this.#previous = null;
    this.#noteState();
  }

  /** Which secret signs the next delivery; the new one is first. */
  next(): SecretAge {
    if (this.#previous === null) return 'current';
    const age = this.#turns++ % 2 === 1 ? 'previous' : 'current';
    this.#noteState();
    return age;
  }

  /** The secret that signs now for a delivery that was assigned this one. */
  resolve(age: SecretAge): { readonly age: SecretAge; readonly secret: string } {
    return age === 'previous' && this.#previous !== null
      ? { age, secret: this.#previous }
      : { age: 'current', secret: this.#current };
  }

  save(): SavedSigning {
    return { current: this.#current, previous: this.#previous, turns: this.#turns };
  }

  load({ current, previous, turns }: SavedSigning): void {
    this.#current = current;
    this.#previous = previous;
    this.#turns = turns;
  }

  #noteState(): void {
    this.#note({ type: 'signing', signing: this.save() });
  }
}
